"""Every check by name, in the order in which reports show them."""

from collections.abc import Mapping
from types import MappingProxyType

from hybrid_agent_evals.checks import asking, expected
from hybrid_agent_evals.checks.leaks import leaks
from hybrid_agent_evals.checks.ledger import ledger
from hybrid_agent_evals.checks.outcome import Check, Outcome, Seen, outcome
from hybrid_agent_evals.checks.packet import packet
from hybrid_agent_evals.checks.policy import policy
from hybrid_agent_evals.checks.silence import silence
from hybrid_agent_evals.checks.support import support

EXPECTED: Mapping[str, Check] = MappingProxyType(
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
"""What a case says of itself."""

ALWAYS: Mapping[str, Check] = MappingProxyType(
    {
        "policy": policy,
        "ledger": ledger,
        "leaks": leaks,
        "support": support,
        "asked_twice": asking.asked_twice,
        "in_time": asking.in_time,
        "silence": silence,
        "packet": packet,
    }
)
"""What is true of every conversation with any deployment, whatever is expected of it."""

CHECKS: Mapping[str, Check] = MappingProxyType({**EXPECTED, **ALWAYS})


def check_all(seen: Seen, checks: Mapping[str, Check] = CHECKS) -> tuple[Outcome, ...]:
    """The outcomes of the checks that have something to say about the conversation."""
    outcomes = (outcome(name, check, seen) for name, check in checks.items())
    return tuple(each for each in outcomes if each is not None)
