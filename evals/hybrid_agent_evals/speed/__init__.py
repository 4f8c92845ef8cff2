"""The speed benchmark: a whole turn beside a bare graph, many conversations at once, memory and start-up."""

from hybrid_agent_evals.speed.bench import QUICK, Size, run
from hybrid_agent_evals.speed.report import Aim, Figure, Report

__all__ = ["QUICK", "Aim", "Figure", "Report", "Size", "run"]
