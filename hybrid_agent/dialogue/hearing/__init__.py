"""Hearing a message: it arrives, what was decided meanwhile is settled, and it is understood."""
