"""Whether two statements cannot both hold."""
