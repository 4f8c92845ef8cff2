"""How many planted errors the guard catches, and how many correct sentences it keeps back."""
