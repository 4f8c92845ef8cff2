"""What was seen of a conversation: plain data without ids, times or anything else that differs by run."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from hybrid_agent.frozen import Frozen
from hybrid_agent.state import EvidenceKind, Phase, QuestionKind, Status
from hybrid_agent.usage import Usage
from hybrid_agent_evals.cases.turns import Decision
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_evals.worlds.rows import RowChange

DIGITS = 4
"""What is kept of a probability: its last digits depend on how many processors reckoned it."""


def rounded(value: JsonValue) -> JsonValue:
    """The value with its probabilities and other fractions as they are compared."""
    match value:
        case float():
            return round(value, DIGITS)
        case dict():
            return {name: rounded(each) for name, each in value.items()}
        case list():
            return [rounded(each) for each in value]
        case _:
            return value


class Ground(Frozen):
    """Evidence that the conversation had after a turn: a fact's or effect's `data`, or a passage's `text`."""

    kind: EvidenceKind
    name: str
    source: str
    title: str = ""
    url: str | None = None
    text: str = ""
    data: JsonValue = None


class Cited(Frozen):
    """A source under a reply."""

    number: int
    title: str
    url: str | None


class Asked(Frozen):
    """The question that was open after a turn."""

    kind: QuestionKind
    slot: str | None = None
    options: tuple[str, ...] = ()


class Shown(Frozen):
    """A pending action as staff saw it."""

    operation: str
    arguments: Mapping[str, JsonValue]
    summary: str


class Served(Frozen):
    """One request of the conversation as it stands: what was wanted, what is known, how far it came."""

    intent: str | None
    phase: Phase
    slots: Mapping[str, JsonValue]


class PlayedTurn(Frozen):
    """One turn as it went. `by` says who acted: a customer, staff, or nobody (time, faults).

    `nodes` is the way through the graph, `grounds` what is known by now, `reasons` why a person was brought
    in; `intents` are this turn's with their confidence. `tokens` of `usage` are this turn's.

    `customer` is who writes, None for nobody who is signed in; `deed` is what staff do; `means` is what the
    case says of a message. `wording` is what the reply may say beside the grounds: the catalog's words and
    facts about the business, and a colleague's words.
    """

    by: str
    said: str
    chat: str = ""
    customer: str | None = None
    deed: Decision | None = None
    means: bool | None = None
    reply: str = ""
    cites: tuple[Cited, ...] = ()
    status: Status | None = None
    nodes: tuple[str, ...] = ()
    intents: Mapping[str, float] = {}
    asked: Asked | None = None
    pending: tuple[Shown, ...] = ()
    notices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    served: tuple[Served, ...] = ()
    wording: tuple[str, ...] = ()
    usage: Usage = Usage()


class PlayedHandOff(Frozen):
    """A hand-off that was opened, with its packet as it is stored."""

    chat: str
    turn: int
    reasons: tuple[str, ...]
    packet: JsonValue


class PlayedEffect(Frozen):
    """An action on the ledger at the end."""

    intent: str
    operation: str
    arguments: Mapping[str, JsonValue]
    customer: str | None
    status: str
    approved_by: str | None


class Overheard(Frozen):
    """What a reply says that is not its reader's: of another customer, or of a text for staff alone.

    `of` is that customer or the text's title, `turn` the place of the turn.
    """

    turn: int
    of: str
    text: str
    internal: bool = False


class Played(Frozen):
    """A conversation as it went. `error` is what a turn failed with; nothing was played after that.

    `changes` are the rows of the shop that are not as they were, `overheard` is what replies tell of others,
    whoever said it first. `seconds` are of wall time, a turn each, and
    not part of what is compared.
    """

    turns: tuple[PlayedTurn, ...]
    reads: tuple[Called, ...] = ()
    writes: tuple[Called, ...] = ()
    changes: tuple[RowChange, ...] = ()
    hand_offs: tuple[PlayedHandOff, ...] = ()
    effects: tuple[PlayedEffect, ...] = ()
    overheard: tuple[Overheard, ...] = ()
    seconds: tuple[float, ...] = ()
    error: str = ""

    @property
    def heard(self) -> Sequence[PlayedTurn]:
        """The turns in which the graph ran."""
        return [turn for turn in self.turns if turn.status is not None]

    @property
    def status(self) -> Status | None:
        """How it stood at the end; None where no turn got that far."""
        return None if self.error or not self.heard else self.heard[-1].status

    @property
    def replies(self) -> str:
        """All that the customer was told, a reply a line."""
        return "\n".join(turn.reply for turn in self.turns if turn.reply)
