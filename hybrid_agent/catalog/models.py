"""The intent catalog as a support lead writes it: what customers want, and how each want is served."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from hybrid_agent.catalog.conditions import Condition
from hybrid_agent.catalog.durations import Duration
from hybrid_agent.catalog.parts import Name, Part, Probability, Text
from hybrid_agent.catalog.paths import RESERVED, Path
from hybrid_agent.catalog.policies import Policy
from hybrid_agent.slots import SlotKind
from hybrid_agent_tools import Risk


class Autonomy(StrEnum):
    """How much the bot does by itself: watch, prepare, do after a yes, do."""

    SHADOW = "shadow"
    DRAFT = "draft"
    CONFIRM = "confirm"
    AUTO = "auto"


class KnowledgeUse(StrEnum):
    """Whether the help centre is the answer itself, or a source to read further."""

    ANSWER = "answer"
    FURTHER = "further"


class Read(Part):
    """A read of a system of record: an operation, and where each argument is taken from."""

    operation: str
    arguments: Mapping[Name, Path] = Field(default_factory=dict)
    title: Text | None = Field(None, description="What the customer sees as the source.")
    required: bool = Field(
        True, description="False: go on without it when the system has nothing or is down."
    )


class KnownFrom(Part):
    """Where a slot's value may be known from without asking: one field of what a read returns.

    Of several items, the only one is taken; else they are offered to choose from. `field`, `when` and
    `offer` are looked up in the item, with `slot`, `business` and `policy` beside its own fields.
    """

    read: Read
    field: Path
    when: Condition = Field(default_factory=dict, description="Which items count.")
    offer: Text | None = Field(None, description="How an item is shown in the question.")


class Slot(Part):
    """One thing that must be known: its type, how it is recognised, and how it is asked for."""

    kind: SlotKind
    title: Text
    ask: Text
    retry: Text | None = None
    pattern: str | None = Field(None, max_length=200)
    labels: tuple[Text, ...] = Field((), description="Words that announce an id, such as order.")
    choices: Mapping[Text, tuple[Text, ...]] = Field(default_factory=dict)
    prefer: Annotated[str, StringConstraints(pattern="^(future|past)$")] | None = None
    known_from: KnownFrom | None = None
    remember: bool = Field(False, description="Keep the value for later requests of the conversation.")


class Answer(Part):
    """What to say when the facts are so. The first that holds is said."""

    when: Condition = Field(default_factory=dict)
    say: Text


class Allow(Part):
    """What must hold before the action may be proposed or done, and what to say when it does not."""

    when: Condition
    otherwise: Text


class Escalate(Part):
    """When a person takes the case, and the name of the reason in the reports."""

    when: Condition = Field(default_factory=dict)
    reason: Name
    say: Text | None = None


class Approver(Part):
    """A role that may approve, for actions within `when` (paths: `argument.NAME`, facts)."""

    role: Name
    when: Condition = Field(default_factory=dict)


class Approval(Part):
    """Who may approve, and until when: silence is no."""

    by: tuple[Approver, ...] = Field(min_length=1)
    four_eyes: Condition | None = Field(
        None, description="When two different people have to approve the same action; {} is always."
    )
    expires_after: Duration = timedelta(hours=4)


class ActionRule(Part):
    """The write that serves an intent: its arguments, its conditions, and what is said around it."""

    operation: str
    arguments: Mapping[Name, Path]
    summary: Text = Field(description="The action in words, its verb first: for the question and the inbox.")
    allow: tuple[Allow, ...] = ()
    risk: Risk | None = Field(None, description="Raises the operation's own risk; it cannot lower it.")
    ask_customer: bool = Field(True, description="Ask the customer's yes even where a person approves.")
    approval: Approval | None = None
    confirm: Text | None = None
    pending: Text | None = None
    done: Text
    rejected: Text | None = None


class Scope(Part):
    """Which articles and policies count for an intent, and what for."""

    tags: tuple[Name, ...]
    use: KnowledgeUse = KnowledgeUse.ANSWER
    product: Path | None = Field(
        None, description="Where the facts name the product: what is about another one does not count."
    )


class Intent(Part):
    """One repeatable thing that customers want, and the workflow that serves it."""

    title: Text
    examples: tuple[Text, ...]
    autonomy: Autonomy = Autonomy.AUTO
    sign_in: bool = Field(True, description="False: anyone may be served, without an account.")
    slots: tuple[Name, ...] = ()
    candidates: Mapping[Name, Condition] = Field(
        default_factory=dict, description="Which items count for a slot here, in place of its own `when`."
    )
    reads: Mapping[Name, Read] = Field(default_factory=dict)
    knowledge: Scope | None = None
    action: ActionRule | None = None
    answers: tuple[Answer, ...] = ()
    escalate: tuple[Escalate, ...] = ()
    refuse: Text | None = Field(
        None, description="What is said to a wish that is never served, with what the bot can do instead."
    )

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        if taken := sorted(set(self.reads) & set(RESERVED)):
            raise ValueError(
                f"a read may not be called {', '.join(taken)}: {', '.join(RESERVED)} are reserved"
            )
        return self


class Thresholds(Part):
    """Confidence gates: below `understand` the bot asks which is meant; below `act` a write needs a yes."""

    understand: Probability = 0.5
    act: Probability = 0.8


class Signals(Part):
    """When the customer's tone brings a person in; `failures` counts answers that could not be used.

    `attacks` are messages in a row that try to change what the bot is or does.
    """

    anger: Probability = 0.7
    failures: int = Field(2, ge=1, le=5)
    misunderstood: int = Field(2, ge=1, le=5)
    attacks: int = Field(3, ge=1, le=10)


class Catalog(Part):
    """The whole catalog: a file that a support lead reads, `hybrid-agent check` lints and the graph obeys."""

    version: int = Field(ge=1, le=1)
    business: Mapping[Name, Text] = Field(
        default_factory=dict, description="Facts for replies: name, hours, ..."
    )
    policies: Mapping[Name, Policy] = Field(
        default_factory=dict, description="Windows, limits and other rules: they answer, and beat prose."
    )
    language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")] = "en"
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "US"
    timezone: str = "UTC"
    thresholds: Thresholds = Thresholds()
    signals: Signals = Signals()
    slots: Mapping[Name, Slot] = Field(default_factory=dict)
    intents: Mapping[Name, Intent]
    out_of_scope: tuple[Text, ...] = Field((), description="Messages that none of the intents is meant for.")
    phrases: Mapping[Name, Text] = Field(
        default_factory=dict, description="Replaces standard phrases by name."
    )
