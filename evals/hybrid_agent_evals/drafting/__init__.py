"""Drafting a case from a conversation: a recorded one without its persons, or one held in the terminal."""
