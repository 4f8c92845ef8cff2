"""Deciding: what a person sees of a pending action, what they may send back, and what follows."""
