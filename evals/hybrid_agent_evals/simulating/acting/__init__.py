"""Personas that a language model plays, through deepeval's conversation simulator."""
