"""What goes out is held to its evidence."""

from hybrid_agent.guardrails.checks import Ground, Violation, check

__all__ = ["Ground", "Violation", "check"]
