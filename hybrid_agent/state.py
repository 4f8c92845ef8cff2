"""The graph's state and its parts: plain data, so that every checkpointer can carry it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from pydantic import Field, JsonValue

from hybrid_agent.frozen import Frozen
from hybrid_agent.redaction.messages import add_screened
from hybrid_agent.usage import Call, Usage


class Status(StrEnum):
    """How a run ended."""

    ANSWERED = "answered"
    AWAITING_CUSTOMER = "awaiting_customer"
    AWAITING_APPROVAL = "awaiting_approval"
    HANDED_OFF = "handed_off"
    REFUSED = "refused"


class Source(StrEnum):
    """Where a slot's value comes from: the customer's words, a record, or what words are taken to mean."""

    MESSAGE = "message"
    RECORD = "record"
    JUDGED = "judged"


class SlotValue(Frozen):
    """One validated slot: a canonical JSON value, where it is from, and the customer's own words for it."""

    value: JsonValue
    source: Source
    said: str = ""


class EvidenceKind(StrEnum):
    """What kind of ground a reply stands on."""

    FACT = "fact"
    PASSAGE = "passage"
    POLICY = "policy"
    EFFECT = "effect"


class Evidence(Frozen):
    """Something that may be said to the customer, with its source and time.

    `name` is what the catalog calls it (`order`, `quote`); `data` holds a fact's or an effect's fields as
    JSON, `text` a passage's words. `request_id` is the request that it was looked up for, `score` (0..1) how
    near what was searched for came.
    """

    id: str
    request_id: str
    kind: EvidenceKind
    name: str
    source: str
    at: datetime
    title: str = ""
    url: str | None = None
    text: str = ""
    data: JsonValue = None
    score: float | None = None

    @property
    def quoted(self) -> bool:
        """Whether it is a text of the help centre or a rule of the house, and nobody's record."""
        return self.kind in (EvidenceKind.PASSAGE, EvidenceKind.POLICY)


class Action(Frozen):
    """A write that is proposed, with its arguments frozen: nothing is added or changed before it is done.

    `sources` says for each argument where its value is from: `slot.NAME`, `READ.FIELD`
    or `person:USER`. `customer_id` is None only for operations on nobody's records in particular.
    """

    id: str
    request_id: str
    operation: str
    arguments: dict[str, JsonValue]
    sources: dict[str, str]
    customer_id: str | None
    summary: str

    @property
    def digest(self) -> str:
        """SHA-256 over operation, arguments and customer: what a decision must name to count."""
        frozen = json.dumps([self.operation, dict(self.arguments), self.customer_id], sort_keys=True)
        return hashlib.sha256(frozen.encode()).hexdigest()

    @property
    def key(self) -> str:
        """The idempotency key of the write: the same for every attempt at this action."""
        return hashlib.sha256(f"{self.id}:{self.digest}".encode()).hexdigest()[:40]


class Phase(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    READY = "ready"
    ASKING = "asking"
    CONFIRMING = "confirming"
    APPROVING = "approving"
    CLEARED = "cleared"
    RUNNING = "running"
    DONE = "done"
    HANDED_OFF = "handed_off"


class Request(Frozen):
    """One thing that the customer wants: an intent with its slots and, if it writes, its action.

    `intent` is None for a question that none of the intents is meant for; `confidence` is the calibrated
    probability that the intent is right. `failures` counts the answers to the open question that could not
    be used; `searched` says that its words were searched for slots. `confirmed` is the digest that the
    customer said yes to; `approval_id` names the approval that a person must give. `clarified` says that the
    customer was asked what it is about, `topic` is the title that they chose then.
    """

    id: str
    intent: str | None
    confidence: float
    text: str
    phase: Phase = Phase.OPEN
    slots: dict[str, SlotValue] = Field(default_factory=dict)
    failures: int = 0
    action: Action | None = None
    confirmed: str | None = None
    approval_id: str | None = None
    searched: bool = False
    clarified: bool = False
    topic: str | None = None


class QuestionKind(StrEnum):
    """What the bot waits to hear from the customer."""

    SLOT = "slot"
    CONFIRM = "confirm"
    INTENT = "intent"
    TOPIC = "topic"
    PERSON = "person"


class Question(Frozen):
    """The one question that is open, and about what.

    `options` are the intents, titles or slot values on offer, each with the words shown for it; `text` is
    the message that the question is about, where no request holds it yet.
    """

    kind: QuestionKind
    request_id: str | None = None
    slot: str | None = None
    options: dict[str, str] = Field(default_factory=dict)
    text: str = ""


class PointKind(StrEnum):
    """What a point of the reply is for. The reply says points in the order in which they were made."""

    ANSWER = "answer"
    ASK = "ask"
    CONFIRM = "confirm"
    PENDING = "pending"
    EFFECT = "effect"
    REFUSAL = "refusal"
    NOTICE = "notice"
    HAND_OFF = "hand_off"
    PERSON = "person"


class Point(Frozen):
    """One thing to say, in its standard words, with the ids of the evidence under it.

    `literal` is the catalog's own wording without the values: what stands in it is policy. A point of kind
    PERSON is a colleague's words and is passed on as they are. One without text is to be worded from its
    evidence: the catalog has no words for it.
    """

    kind: PointKind
    text: str
    evidence: tuple[str, ...] = ()
    literal: str = ""


class Sentence(Frozen):
    """One sentence or passage of a reply, and the ids of the evidence that it rests on.

    `says` are the places, in the list it was made from, of the points that it says.
    """

    text: str
    evidence: tuple[str, ...] = ()
    says: tuple[int, ...] = ()


class Judged(Frozen):
    """What became of a sentence that a model wrote, without its words.

    `violations` are the rules that it broke, `score` the probability that `evidence` supports it (None: a
    rule decided), `recited` says that this is other evidence than the model named.
    """

    said: bool
    violations: tuple[str, ...] = ()
    score: float | None = None
    evidence: tuple[str, ...] = ()
    recited: bool = False


class Citation(Frozen):
    """A source under a reply, numbered as in its text."""

    number: int
    title: str
    url: str | None
    evidence_id: str


class Reply(Frozen):
    """What is said to the customer: `text` has `[1]` where it rests on the source with that number."""

    text: str
    citations: tuple[Citation, ...] = ()

    @property
    def written(self) -> str:
        """The text with its sources listed under it, for where nothing else is shown."""
        sources = [
            f"[{each.number}] {each.title}" + (f" - {each.url}" if each.url else "")
            for each in self.citations
        ]
        return "\n".join([self.text, *(["", *sources] if sources else [])])


class Escalation(Frozen):
    """Why the conversation goes to a person: `reasons` are names that the catalog and the KPIs use."""

    reasons: tuple[str, ...]
    detail: str = ""


class Served(Frozen):
    """The turn for whoever embeds the graph: what was understood, what is pending, and how long it took.

    `approvals` are the ids of what waits for a person; `hand_off` is the id of the hand-off that was opened.
    `usage` is what language models took in this turn, `total` in the conversation so far; `judged` are the
    verdicts on the sentences that a model wrote.
    """

    intents: dict[str, float] = Field(default_factory=dict)
    slots: dict[str, JsonValue] = Field(default_factory=dict)
    question: Question | None = None
    approvals: tuple[str, ...] = ()
    hand_off: str | None = None
    reasons: tuple[str, ...] = ()
    ms: float = 0.0
    usage: Usage = Usage()
    total: Usage = Usage()
    judged: tuple[Judged, ...] = ()


class EventKind(StrEnum):
    """What can happen; KPIs are computed from these."""

    RECEIVED = "received"
    SCREENED = "screened"
    CLASSIFIED = "classified"
    ASKED = "asked"
    READ = "read"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"
    FAILED = "failed"
    ANSWERED = "answered"
    CONSULTED = "consulted"
    SAID = "said"
    DROPPED = "dropped"
    BLOCKED = "blocked"
    REFUSED = "refused"
    ESCALATED = "escalated"
    TAKEN_OVER = "taken_over"
    SAID_BY_PERSON = "said_by_person"
    RELEASED = "released"
    RETURNED = "returned"
    REMINDED = "reminded"
    RESOLVED = "resolved"
    RATED = "rated"
    ASSESSED = "assessed"


class Event(Frozen):
    """One thing that happened, masked; `ms` is how long it took, `turn` the message it belongs to."""

    kind: EventKind
    at: datetime
    turn: str = ""
    intent: str | None = None
    ms: float | None = None
    data: dict[str, JsonValue] = Field(default_factory=dict)


class Step(Frozen):
    """A node that the turn went through, the milliseconds it took, and the model calls made in it."""

    node: str
    ms: float
    calls: tuple[Call, ...] = ()


def usage_of(trail: Iterable[Step]) -> Usage:
    """What the steps' model calls took together."""
    return Usage().plus(call for step in trail for call in step.calls)


class Signals(Frozen):
    """What the customer's tone says; `anger` is 0..1, `because` the words that led to it.

    `insult` and `threat` are aimed at staff or the bot.
    """

    anger: float = 0.0
    repetition: bool = False
    wants_person: bool = False
    insult: bool = False
    threat: bool = False
    because: tuple[str, ...] = ()


class Input(TypedDict):
    """What a caller sends: the customer's new message."""

    messages: Annotated[list[AnyMessage], add_screened]


class State(Input, total=False):
    """What a conversation remembers from turn to turn.

    The first group lives as long as the thread; the second is about the running turn and is emptied by
    `screen` at its start. `heard` is the message as the reasoner sees it; `misunderstood` counts turns in a
    row that could not be served; `notices` tell a decider why a decision did not count. `refused` are the ids
    of messages that were attacks: nothing reads them again; `told` names what is said once a conversation.
    `language` is the message's ISO 639-1 code where it is not the catalog's language.
    """

    customer_id: str | None
    requests: list[Request]
    evidence: list[Evidence]
    question: Question | None
    misunderstood: int
    refused: list[str]
    told: list[str]
    usage: Usage
    status: Status

    turn: str
    heard: str
    language: str | None
    started: datetime
    points: list[Point]
    signals: Signals | None
    sentences: list[Sentence]
    reply: Reply | None
    escalation: Escalation | None
    served: Served | None
    notices: list[str]
    trail: list[Step]
    events: list[Event]


class Output(TypedDict, total=False):
    """What a run returns: this turn, never the conversation, so that a stranger's run shows nothing of it.

    `notices` tell a decider why a decision did not count, where the run did not pause again to say so.
    """

    reply: Reply | None
    status: Status
    served: Served | None
    notices: list[str]
    trail: list[Step]


Update = dict[str, Any]
"""A node's partial update of the state."""
