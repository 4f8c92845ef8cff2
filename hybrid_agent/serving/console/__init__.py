"""The console: where staff find, understand and decide what waits for a person."""
