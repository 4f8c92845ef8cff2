"""The checks as deepeval metrics."""
