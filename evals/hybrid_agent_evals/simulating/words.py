"""The words of simulated customers: habits of anybody, and the ways to say what is wanted in one shop."""

from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field

from hybrid_agent.catalog.parts import Name, Part, Text
from hybrid_agent.yamlfile import read_model

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Lines = Annotated[tuple[Text, ...], Field(min_length=1)]


class ClerkWords(Part):
    """What staff write with a decision."""

    rejects: Text
    responds: Text
    edits: Text


class Habits(Part):
    """What anybody may say, a line of each list where it is due (`data/habits.yaml`)."""

    greetings: Lines
    please: Lines
    stories: Lines
    angry: Lines
    furious: Lines
    person: Lines
    joined: Lines
    extras: Lines
    unknown: Lines
    not_that: Lines
    corrections: Lines
    agrees: Lines
    declines: Lines
    withdraws: Lines
    regrets: Lines
    news: Lines
    goodbye: Lines
    foreign: Mapping[Name, Lines]
    clerk: ClerkWords
    addresses: Mapping[Country, Lines]
    names: Lines
    texts: Lines
    drops: Lines


class Words(Part):
    """How the customers of one shop say what they want, and the moment in which they do.

    `goals` maps an intent to messages with `{slot}` where they give a value; `slots` says how a choice is
    said. `name` is the deployment that they are for.
    """

    name: Text
    at: AwareDatetime
    goals: Mapping[Name, Lines] = Field(default_factory=dict)
    slots: Mapping[Name, Mapping[Text, Lines]] = Field(default_factory=dict)


def habits() -> Habits:
    """The packaged habits."""
    return read_model(_packaged("habits.yaml"), Habits)


def words_for(name: str, file: Path | None, at: datetime | None) -> Words:
    """A file's words, or the packaged ones where they are for this deployment; else none, but their moment.

    Raises ConfigurationError for a file that is not of this form.
    """
    packaged = read_model(_packaged("sample.yaml"), Words)
    if file is not None:
        read = read_model(file, Words)
    else:
        read = packaged if packaged.name == name else Words(name=name, at=packaged.at)
    return read if at is None else read.model_copy(update={"at": at})


def _packaged(name: str) -> Path:
    return Path(str(resources.files("hybrid_agent_evals").joinpath("simulating", "data", name)))
