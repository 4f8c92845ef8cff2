"""A persona: what a customer wants, what they know, and how they are. Drawn from a seed, plain data."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import JsonValue

from hybrid_agent.frozen import Frozen


class Knowledge(StrEnum):
    """What a customer knows of their records, and whether the records are theirs at all."""

    SURE = "sure"
    FORGOT = "forgot"
    WRONG_FIRST = "wrong_first"
    ANOTHERS = "anothers"
    NO_SUCH = "no_such"
    NOT_SIGNED_IN = "not_signed_in"


class Mind(StrEnum):
    """When a customer changes their mind, if they do."""

    FIRM = "firm"
    BEFORE_YES = "before_yes"
    AFTER_YES = "after_yes"
    WHILE_PENDING = "while_pending"


class Length(StrEnum):
    """How much a customer writes."""

    TERSE = "terse"
    PLAIN = "plain"
    CHATTY = "chatty"


class Temper(StrEnum):
    """How a customer treats whoever answers."""

    POLITE = "polite"
    PLAIN = "plain"
    ANGRY = "angry"


class Leaving(StrEnum):
    """What a customer does whose patience ends."""

    ASKS_FOR_PERSON = "asks_for_person"
    GETS_ANGRY = "gets_angry"
    LEAVES = "leaves"


class Clerk(StrEnum):
    """What the member of staff does who finds an approval in the inbox."""

    APPROVES = "approves"
    REJECTS = "rejects"
    RESPONDS = "responds"
    EDITS = "edits"
    LACKS_ROLE = "lacks_role"
    LATE = "late"
    SILENT = "silent"


class Prospect(StrEnum):
    """What must come of a goal, as the catalog and the shop's records at the start have it."""

    DONE = "done"
    TOLD = "told"
    NOT_ALLOWED = "not_allowed"
    PERSON = "person"
    REFUSED = "refused"
    SIGN_IN = "sign_in"
    NO_SUCH = "no_such"


class Goal(Frozen):
    """One thing that is wanted: an intent, with the true values of its slots and the words for them.

    `operation` is the write that serves it, if one does. `first` are wrong words, given before the right
    ones; `sure` are the slots that a write for this goal must be about. `openings` say the goal, the
    first one at first, the others where the bot did not understand.
    """

    intent: str
    prospect: Prospect
    operation: str | None = None
    values: Mapping[str, JsonValue] = {}
    words: Mapping[str, str] = {}
    first: Mapping[str, str] = {}
    sure: tuple[str, ...] = ()
    openings: tuple[str, ...]


class Persona(Frozen):
    """A customer; `customer` is None for one who is not signed in. `patience` is in messages.

    `typos` is the share of letters that are mistyped; `language` is that of the first message where it is not
    the catalog's own; `extra` is something else that is said along with an answer.
    """

    number: int
    customer: str | None
    goals: tuple[Goal, ...]
    together: bool = False
    knowledge: Knowledge = Knowledge.SURE
    mind: Mind = Mind.FIRM
    length: Length = Length.PLAIN
    temper: Temper = Temper.PLAIN
    patience: int = 12
    leaving: Leaving = Leaving.LEAVES
    typos: float = 0.0
    capitals: bool = True
    language: str = ""
    extra: bool = False
    clerk: Clerk = Clerk.APPROVES
    asks_meanwhile: bool = False

    @property
    def traits(self) -> Mapping[str, str]:
        """What it is counted by in reports."""
        return {
            "knows": self.knowledge.value,
            "mind": self.mind.value,
            "writes": self.length.value,
            "temper": self.temper.value,
            "typos": "none" if not self.typos else "few" if self.typos < 0.03 else "many",
            "patience": "short" if self.patience < 6 else "long",
            "language": "other first" if self.language else "the bot's",
            "goals": "one" if len(self.goals) == 1 else "two at once" if self.together else "two in turn",
            "staff": self.clerk.value,
        }
