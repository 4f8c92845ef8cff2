"""How much is read of what others wrote."""

LARGEST = 25_000_000
"""Bytes of one file."""
