"""A crowd on a server of its own: customers who chat, pages that stay open, an agent who decides."""

from hybrid_agent_evals.loading.bench import run
from hybrid_agent_evals.loading.figures import missed
from hybrid_agent_evals.loading.plan import Bounds, Plan

__all__ = ["Bounds", "Plan", "missed", "run"]
