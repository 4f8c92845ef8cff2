"""What a language model thinks of the conversations: advice, which decides nothing."""
