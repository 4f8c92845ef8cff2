"""The world of one conversation: systems at a pinned moment, what was called, what changed."""
