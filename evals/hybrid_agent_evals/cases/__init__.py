"""Eval cases: a conversation, the world that it happens in, and what must have come of it."""
