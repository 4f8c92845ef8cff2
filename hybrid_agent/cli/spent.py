"""What language models took, in words and as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from hybrid_agent.chat_model import ChatModel
from hybrid_agent.state import Step, usage_of
from hybrid_agent.usage import Call, Usage


def calls_of(trail: Iterable[Step]) -> list[Call]:
    """The model calls of a run, in their order."""
    return [call for step in trail for call in step.calls]


def currency_of(model: ChatModel | None) -> str | None:
    """The currency of the costs, None without prices."""
    return model.prices.currency if model and model.prices else None


def call_in_words(call: Call, currency: str | None) -> str:
    """One call: what for, what it took, how it ended, which model and prompt."""
    about = "\N{ALMOST EQUAL TO}" if call.estimated else ""
    told = [f"{about}{call.tokens_in} tokens in, {about}{call.tokens_out} out", f"{call.ms / 1000:.1f} s"]
    told += _cost(call.cost, currency)
    ended = call.outcome.replace("_", " ")
    return f"{call.purpose}: {ended}; {', '.join(told)}; {call.model}, {call.prompt}"


def usage_in_words(usage: Usage, currency: str | None) -> str:
    """The sum of some calls."""
    told = [
        f"{usage.calls} call{'s' * (usage.calls != 1)}",
        f"{usage.tokens_in} tokens in, {usage.tokens_out} out",
        f"{usage.seconds:.1f} s",
    ]
    return ", ".join([*told, *_cost(usage.cost, currency)])


def spent_as_json(trail: Sequence[Step], conversation: Usage, currency: str | None) -> dict[str, Any]:
    """The keys `usage` and `calls` of a line: what this run and the whole conversation took."""
    return {
        "usage": {
            "turn": _usage_as_json(usage_of(trail)),
            "conversation": _usage_as_json(conversation),
            "currency": currency,
        },
        "calls": [call.model_dump() | {"ms": round(call.ms, 1)} for call in calls_of(trail)],
    }


def _usage_as_json(usage: Usage) -> dict[str, Any]:
    return usage.model_dump() | {"seconds": round(usage.seconds, 3)}


def _cost(cost: float | None, currency: str | None) -> list[str]:
    return [] if cost is None else [f"{cost:.6f} {currency or ''}".rstrip()]
