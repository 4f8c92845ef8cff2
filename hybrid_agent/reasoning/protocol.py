"""What every reasoner can do: understand and phrase. It never decides what is true, allowed or done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import Field, JsonValue

from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.state import Frozen, Point, Question, Sentence, Signals, SlotValue


class Utterance(Frozen):
    """A customer's message as the reasoner sees it: screened, with what was said and asked before.

    `now` is aware, in the deployment's time zone; `earlier` are the customer's own messages, oldest first;
    `pending` are the summaries of what waits for a person's approval.
    """

    text: str
    now: datetime
    earlier: tuple[str, ...] = ()
    question: Question | None = None
    pending: tuple[str, ...] = ()


class Reading(Frozen):
    """What a part of the message is about: None for nothing in the catalog.

    `confidence` is the calibrated probability that this is right; `ranked` are the best intents with theirs.
    """

    intent: str | None
    confidence: float
    text: str
    ranked: tuple[tuple[str, float], ...] = ()


class Understanding(Frozen):
    """A message understood: a reading for each request in it, its answer to an open question, its tone."""

    readings: tuple[Reading, ...]
    answer: AnswerKind = AnswerKind.UNCLEAR
    signals: Signals = Signals()


class Wanted(Frozen):
    """What to extract: slot names, and which of them was just asked for.

    `options` are the values on offer for a slot, each with the words that mean it.
    """

    slots: tuple[str, ...]
    asked: str | None = None
    options: Mapping[str, Mapping[str, tuple[str, ...]]] = Field(default_factory=dict)


class Reasoner(Protocol):
    """Understands messages, chooses reads, and phrases replies. Nodes cannot tell which one they have."""

    async def classify(self, utterance: Utterance) -> Understanding:
        """What the customer wants, answers and feels."""
        ...

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        """The wanted slots that the message gives, validated and in canonical form."""
        ...

    async def plan(self, intent: str, known: Mapping[str, JsonValue]) -> Sequence[str]:
        """The names of the intent's reads that are worth doing, in order."""
        ...

    async def compose(self, points: Sequence[Point]) -> Sequence[Sentence]:
        """The points in words, each sentence with the evidence it rests on."""
        ...
