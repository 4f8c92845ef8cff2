"""Attacks in messages, tickets, records and articles, through the whole graph: an effect or a leak fails."""
