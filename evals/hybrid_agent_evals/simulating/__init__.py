"""Simulated customers: personas drawn from a seed who talk to the bot until they have what they want."""
