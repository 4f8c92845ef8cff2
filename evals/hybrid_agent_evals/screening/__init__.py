"""Screening messages: what is caught, who is blocked, and that nothing depends on it."""
