"""Closing a turn: the reply with its sources and its check, the hand-off packet, and what was served."""
