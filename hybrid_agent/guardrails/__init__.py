"""What goes out is held to its evidence."""

from hybrid_agent.guardrails.checks import Violation, check
from hybrid_agent.guardrails.grounds import Ground, ground, plain_ground
from hybrid_agent.guardrails.meaning import Meaning
from hybrid_agent.guardrails.model_sentences import check_worded
from hybrid_agent.guardrails.outgoing import plain_text
from hybrid_agent.guardrails.verdicts import Verdict, is_qualified, judge

__all__ = [
    "Ground",
    "Meaning",
    "Verdict",
    "Violation",
    "check",
    "check_worded",
    "ground",
    "is_qualified",
    "judge",
    "plain_ground",
    "plain_text",
]
