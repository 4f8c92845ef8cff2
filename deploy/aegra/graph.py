"""The graph as Aegra wants it: in a file."""

from hybrid_agent.server import graph

__all__ = ["graph"]
