"""What was played as deepeval's test case."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pydantic_core import to_json

from hybrid_agent.state import EvidenceKind
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.playing.record import Ground, Played, PlayedTurn
from hybrid_agent_evals.worlds.calls import Called

if TYPE_CHECKING:
    from deepeval.test_case import ConversationalTestCase, ToolCall, Turn

SEEN: Final = "seen"
"""Where a test case keeps what the checks look at."""


def conversation(seen: Seen) -> "ConversationalTestCase":
    """The turns of customer and bot, with the calls and the evidence of each. Needs at least one turn."""
    quiet()
    from deepeval.test_case import ConversationalTestCase

    case = seen.placed.case
    return ConversationalTestCase(
        name=case.id,
        scenario=case.says,
        expected_outcome=case.says,
        tags=list(case.tags) or None,
        turns=turns_of(seen.played),
        metadata={SEEN: seen},
    )


def turns_of(played: Played) -> "list[Turn]":
    """What customers and the bot said, in order."""
    quiet()
    return [turn for place, each in enumerate(played.turns) for turn in _turns(place, each, played)]


def calls(called: Iterable[Called]) -> "list[ToolCall]":
    """Calls of operations as deepeval's."""
    quiet()
    from deepeval.test_case import ToolCall

    return [ToolCall(name=each.operation, input_parameters=dict(each.arguments)) for each in called]


def grounds(turn: PlayedTurn) -> list[str]:
    """The evidence of a turn as texts, one each."""
    return [_text(each) for each in turn.grounds]


def _turns(place: int, turn: PlayedTurn, played: Played) -> "Iterator[Turn]":
    from deepeval.test_case import Turn

    if turn.by == "customer":
        yield Turn(role="user", content=turn.said, user_id=turn.customer)
    if turn.reply:
        yield Turn(
            role="assistant",
            content=turn.reply,
            retrieval_context=grounds(turn) or None,
            tools_called=calls(_calls(place, played)) or None,
        )


def _calls(place: int, played: Played) -> list[Called]:
    return [each for each in (*played.reads, *played.writes) if each.turn == place]


def _text(ground: Ground) -> str:
    if ground.kind in (EvidenceKind.PASSAGE, EvidenceKind.POLICY):
        return f"{ground.title}: {ground.text}"
    return f"{ground.title or ground.name}: {to_json(ground.data).decode()}"
