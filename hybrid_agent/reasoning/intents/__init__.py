"""Which intent an utterance has, if any."""
