"""What every reasoner can do: understand and phrase. It never decides what is true, allowed or done."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from pydantic import Field

from hybrid_agent.frozen import Frozen
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.state import Evidence, Point, Question, Sentence, Signals, SlotValue


class Wanted(Frozen):
    """What to extract: slot names, and which of them was just asked for.

    `options` are the values on offer for a slot, each with the words that mean it.
    """

    slots: tuple[str, ...]
    asked: str | None = None
    options: Mapping[str, Mapping[str, tuple[str, ...]]] = Field(default_factory=dict)


class Utterance(Frozen):
    """A customer's message as the reasoner sees it: screened, with what was said and asked before.

    `now` is aware, in the deployment's time zone; `earlier` are the customer's own messages, oldest first;
    `pending` are the summaries of what waits for a person's approval; `wanted` are the slots of the request
    that the open question is about; `known` is the evidence of the conversation.
    """

    text: str
    now: datetime
    earlier: tuple[str, ...] = ()
    question: Question | None = None
    pending: tuple[str, ...] = ()
    wanted: Wanted | None = None
    known: tuple[Evidence, ...] = ()


class Reading(Frozen):
    """What a part of the message is about: None for nothing in the catalog.

    `confidence` is the calibrated probability that this is right; `ranked` are the best intents with theirs.
    `slots` is what the text gives for the intent's slots, None if it was not searched for them yet.
    """

    intent: str | None
    confidence: float
    text: str
    ranked: tuple[tuple[str, float], ...] = ()
    slots: Mapping[str, SlotValue] | None = None


class Opinion(Frozen):
    """What one reasoner took a message for, where several were asked: `by` names it."""

    by: str
    intent: str | None
    confidence: float


OPINIONS: Final = "opinions"
"""Where the event of a message that was understood has them."""


class Understanding(Frozen):
    """A message understood: a reading for each request in it, its answer to an open question, its tone.

    `slots` is what it gives for the wanted ones, None if it was not searched for them yet.
    """

    readings: tuple[Reading, ...]
    answer: AnswerKind = AnswerKind.UNCLEAR
    signals: Signals = Signals()
    slots: Mapping[str, SlotValue] | None = None
    opinions: tuple[Opinion, ...] = ()


class Choice(Frozen):
    """A request whose reads are to be chosen: what the customer said, and the facts that are known already.

    `offered` are the names of the reads that may be done now; `now` is aware.
    """

    intent: str
    text: str
    now: datetime
    facts: tuple[Evidence, ...]
    slots: Mapping[str, SlotValue]
    offered: tuple[str, ...]


class Brief(Frozen):
    """What a reply has to say: its points, the evidence under them, and the message that it answers."""

    points: tuple[Point, ...]
    evidence: tuple[Evidence, ...]
    heard: str
    now: datetime
    earlier: tuple[str, ...] = ()


class Reasoner(Protocol):
    """Understands messages, chooses reads, and phrases replies. Nodes cannot tell which one they have."""

    async def classify(self, utterance: Utterance) -> Understanding:
        """What the customer wants, answers and feels."""
        ...

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        """The wanted slots that the message gives, validated and in canonical form."""
        ...

    async def plan(self, choice: Choice) -> Sequence[str]:
        """The names of the reads on offer that are worth doing; none if enough is known."""
        ...

    def compose(self, brief: Brief) -> AsyncGenerator[Sentence, None]:
        """The points in words of its own, a sentence at a time, each with the evidence that it rests on.

        Nothing where the points' standard words will do. What does not pass the guard is dropped.
        """
        ...
