"""Benchmark of the redactor: what it finds of personal data, what it masks by mistake, how long it takes."""
