"""The labelled messages, and their halves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import Field

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen
from hybrid_agent.yamlfile import read_model


class Labelled(Frozen):
    """The file: messages by the intent that they have, and those of no intent by why they have none."""

    intents: Mapping[str, tuple[str, ...]] = Field(min_length=2)
    none: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its intent (None: it has none). `fit` says that its half is the one to fit on."""

    text: str
    intent: str | None
    fit: bool


def read(path: Path | None, intents: Iterable[str]) -> tuple[Message, ...]:
    """The messages of a file, by default those for the sample catalog: the first of each stratum comes first.

    Then the second of each, and so on, so that whatever number is taken from the start is of all strata.
    Raises ConfigurationError for a file that cannot be used, an intent that is not among `intents`, or a
    message that stands twice.
    """
    if path is None:
        with as_file(files("hybrid_agent_evals.confidence").joinpath("utterances.yaml")) as packaged:
            return read(packaged, intents)
    labelled = read_model(path, Labelled)
    unknown = sorted(set(labelled.intents) - set(intents))
    if unknown:
        advice = "Correct the name, or give the deployment whose catalog has it with --deployment."
        raise ConfigurationError(f"the catalog has no intent {unknown[0]!r}", where=path, advice=advice)
    strata = [*labelled.intents.items(), *((None, texts) for texts in labelled.none.values())]
    rounds = range(max(len(texts) for _, texts in strata))
    found = [
        Message(texts[place], intent, fit=place % 2 == 0)
        for place in rounds
        for intent, texts in strata
        if place < len(texts)
    ]
    _refuse_repeated(path, found)
    return tuple(found)


def _refuse_repeated(path: Path, messages: Iterable[Message]) -> None:
    seen = set[str]()
    for message in messages:
        if message.text in seen:
            advice = "Keep one of them: the same message in both halves would flatter the figures."
            raise ConfigurationError(f"{message.text!r} stands twice", where=path, advice=advice)
        seen.add(message.text)
