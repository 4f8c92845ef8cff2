"""What a check of a help centre has to say."""

from enum import StrEnum
from typing import Literal, TypeAlias

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.passages import Passage

Level: TypeAlias = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


class Kind(StrEnum):
    """What is looked for."""

    LINK = "link"
    CONTRADICTION = "contradiction"
    INSTRUCTION = "instruction"
    DUPLICATE = "duplicate"
    OUTDATED = "outdated"
    UNANSWERED = "unanswered"


class Finding(Frozen):
    """One thing to look at: customers are told something wrong (error) or served worse (warning), or a note.

    `where` is a file and heading; `count` says how often, where something was counted.
    """

    kind: Kind
    level: Level
    where: str
    message: str
    count: int = 1


def place(passage: Passage) -> str:
    """The file and heading of a passage, for whoever mends it."""
    return " > ".join((passage.source, *passage.section[-1:]))


def quoted(text: str, limit: int = 200) -> str:
    """A text on one line between quotation marks, cut at a word."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + " ..."}"'
