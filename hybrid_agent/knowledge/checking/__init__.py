"""Is a help centre healthy: its links, duplicates, contradictions, age, and what it is asked in vain."""

from hybrid_agent.knowledge.checking.check import Plan, check
from hybrid_agent.knowledge.checking.findings import Finding, Kind, Level
from hybrid_agent.knowledge.checking.questions import unanswered

__all__ = ["Finding", "Kind", "Level", "Plan", "check", "unanswered"]
