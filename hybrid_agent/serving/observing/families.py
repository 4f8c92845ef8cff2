"""Which metrics are made of the events on record, and how an event's labels are kept few."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hybrid_agent.records.tallies import Tally
from hybrid_agent.state import EventKind

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")

Labels = tuple[str, ...]
Counted = Mapping[Labels, float]


@dataclass(frozen=True, slots=True)
class Family:
    """A counter: of which events, by which labels, and what is added up (the events themselves if nothing).

    A label is the event's intent or kind, or a field of its data. `scale` turns the sum into base units.
    """

    name: str
    what: str
    labels: Labels
    kinds: frozenset[EventKind] | None = None
    summed: str | None = None
    scale: float = 1.0
    needs: str | None = None

    def of(self, tally: Tally) -> Counted:
        """What alike events add, by their labels' values."""
        if self.kinds is not None and tally.kind not in self.kinds:
            return {}
        if self.needs is not None and tally.common[self.needs] is None:
            return {}
        amount = tally.events if self.summed is None else tally.sums[self.summed] * self.scale
        if self.labels == ("reason",):
            return {(label(each),): amount for each in json.loads(tally.common["reasons"] or "[]")}
        return {tuple(label(_value(tally, each)) for each in self.labels): amount}


def _value(tally: Tally, name: str) -> str | None:
    if name == "kind":
        return tally.kind.value
    return tally.intent if name == "intent" else tally.common[name]


def label(value: object) -> str:
    """A label's value: what does not look like a name is `other`, so that labels stay few and say nothing."""
    if value is None:
        return "none"
    return value if isinstance(value, str) and _LABEL.fullmatch(value) else "other"


_TURN = frozenset({EventKind.ANSWERED, EventKind.REFUSED})
_DECIDED = frozenset(
    {EventKind.APPROVED, EventKind.REJECTED, EventKind.WITHDRAWN, EventKind.TAKEN_OVER, EventKind.EXPIRED}
)
_ASKED = frozenset({EventKind.CONSULTED})

FAMILIES = (
    Family("events", "Events on record", ("kind",)),
    Family("turns", "Turns that the bot ended with a reply", ("intent", "status"), _TURN),
    Family("turn_seconds", "Seconds of those turns", ("intent", "status"), _TURN, "ms", 0.001),
    Family(
        "resolved", "Requests that came to a good end", ("intent", "path"), frozenset({EventKind.RESOLVED})
    ),
    Family("reads", "Reads of connected systems", ("operation", "outcome"), frozenset({EventKind.READ})),
    Family("writes", "Writes that were done", ("operation",), frozenset({EventKind.EXECUTED})),
    Family("writes_failed", "Writes that failed", ("operation",), frozenset({EventKind.FAILED})),
    Family("decisions", "Approvals that ended", ("operation", "decision"), _DECIDED, needs="decision"),
    Family(
        "decision_wait_seconds",
        "Seconds that those approvals waited",
        ("operation", "decision"),
        _DECIDED,
        "waited_s",
        needs="decision",
    ),
    Family("escalations", "Hand-offs by reason", ("reason",), frozenset({EventKind.ESCALATED})),
    Family("model_calls", "Calls of language models", ("model", "outcome"), _ASKED),
    Family("model_tokens_in", "Tokens that models read", ("model",), _ASKED, "tokens_in"),
    Family("model_tokens_out", "Tokens that models wrote", ("model",), _ASKED, "tokens_out"),
    Family("model_cost", "Cost of models, in their prices' currency", ("model",), _ASKED, "cost"),
)
