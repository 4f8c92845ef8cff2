"""Running cases, in parallel and repeatedly, and what came of them as data."""
