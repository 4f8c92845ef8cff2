"""Understanding and phrasing. Names are loaded on first use: importing this loads no numpy and no model."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybrid_agent.reasoning.intents.classifier import IntentClassifier
    from hybrid_agent.reasoning.intents.score import IntentScore

__all__ = ["IntentClassifier", "IntentScore"]

_HOMES = {
    "IntentClassifier": "hybrid_agent.reasoning.intents.classifier",
    "IntentScore": "hybrid_agent.reasoning.intents.score",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
