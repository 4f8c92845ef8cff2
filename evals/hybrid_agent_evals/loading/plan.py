"""How big the crowd is, and what it must be served within."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`streams` are open in all: one for each of the customers who chat, the rest look on. `think` is the
    mean pause in seconds before a customer's next message; the agent decides one refund after the other."""

    streams: int = 200
    customers: int = 50
    cases: int = 10_000
    minutes: float = 10.0
    think: float = 10.0
    inbox: int = 40


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is still good enough: milliseconds at p95, seconds at p95, MB a minute, messages."""

    turn_ms: float = 250.0
    inbox_ms: float = 100.0
    decision_s: float = 1.0
    growth_mb: float = 5.0
    lost: int = 0
