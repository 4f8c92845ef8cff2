"""The intent catalog: models, conditions, phrases, loading and lint."""

from hybrid_agent.catalog.conditions import Condition, holds
from hybrid_agent.catalog.models import (
    ActionRule,
    Allow,
    Answer,
    Approval,
    Approver,
    Autonomy,
    Catalog,
    Escalate,
    Intent,
    KnowledgeUse,
    KnownFrom,
    Read,
    Scope,
    Signals,
    Slot,
    Thresholds,
)
from hybrid_agent.catalog.paths import look_up

__all__ = [
    "ActionRule",
    "Allow",
    "Answer",
    "Approval",
    "Approver",
    "Autonomy",
    "Catalog",
    "Condition",
    "Escalate",
    "Intent",
    "KnowledgeUse",
    "KnownFrom",
    "Read",
    "Scope",
    "Signals",
    "Slot",
    "Thresholds",
    "holds",
    "look_up",
]
