"""The inbox with many open cases: how long its queries take on one database."""
