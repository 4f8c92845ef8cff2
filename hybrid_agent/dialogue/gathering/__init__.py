"""Gathering what a request needs: its slots and the facts."""
