"""Every check by name, in the order in which reports show them."""

from collections.abc import Mapping
from types import MappingProxyType

from hybrid_agent_evals.checks import expected
from hybrid_agent_evals.checks.outcome import Check, Outcome, Seen, outcome

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "status": expected.status,
        "way": expected.way,
        "intent": expected.intent,
        "slots": expected.slots,
        "tools": expected.tools,
        "end_state": expected.end_state,
        "told": expected.told,
        "citation": expected.citation,
        "escalation": expected.escalation,
        "turns": expected.turns,
        "questions": expected.questions,
    }
)


def check_all(seen: Seen) -> tuple[Outcome, ...]:
    """The outcomes of all checks that have something to say about the case."""
    outcomes = (outcome(name, check, seen) for name, check in CHECKS.items())
    return tuple(each for each in outcomes if each is not None)
