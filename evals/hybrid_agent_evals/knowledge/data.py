"""Help centres to search, each with questions: of real ones, and of the sample shop."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

TOGETHER = "together"
SHOP = "shop"
NO_ARTICLE = "none"
TODAY = date(2026, 11, 23)
"""The day on which questions are asked: which articles hold is the same in every run."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer asks, and the articles that answer; none where nothing does."""

    text: str
    articles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Centre:
    """A help centre: its folder of Markdown files, and questions to it."""

    name: str
    folder: Path
    questions: tuple[Question, ...]


def real_centres(data: Path, folder: Path) -> Iterator[Centre]:
    """The pools of the folder `data/kb`, each apart and all together, their articles written into `folder`.

    Raises FileNotFoundError.
    """
    articles = {each["id"]: each["text"] for each in _lines(data / "kb" / "articles.jsonl")}
    asked = list(_lines(data / "kb" / "questions.jsonl"))
    names = {id: f"{number:05}" for number, id in enumerate(articles)}
    pools = list(dict.fromkeys(each["pool"] for each in asked))
    for name, within in (*((pool, (pool,)) for pool in pools), (TOGETHER, tuple(pools))):
        own = folder / name
        own.mkdir()
        for id, text in articles.items():
            if id.split(":")[0] in within:
                (own / f"{names[id]}.md").write_text(_markdown(text), "utf-8")
        yield Centre(
            name,
            own,
            tuple(
                Question(each["question"], frozenset(names[id] for id in each["articles"]))
                for each in asked
                if each["pool"] in within
            ),
        )


def shop_centre() -> Centre:
    """The sample shop's help centre with the questions in `shop.yaml`."""
    text = files("hybrid_agent_evals.knowledge").joinpath("data", "shop.yaml").read_text("utf-8")
    questions = [
        Question(question, frozenset() if article == NO_ARTICLE else frozenset({article}))
        for article, asked in yaml.safe_load(text).items()
        for question in asked
    ]
    return Centre(SHOP, Path(str(files("hybrid_agent") / "sample" / "knowledge")), tuple(questions))


def _title_and_body(text: str) -> tuple[str, str]:
    """The first line and what follows; exports call them `Title:` and `Text:`."""
    first, _, rest = text.partition("\n")
    return first.removeprefix("Title:").strip(), rest.strip().removeprefix("Text:").strip()


def _markdown(text: str) -> str:
    title, body = _title_and_body(text)
    front = yaml.safe_dump({"title": title}, allow_unicode=True, width=10_000)
    return f"---\n{front}---\n\n{body or title}\n"


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
