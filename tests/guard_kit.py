"""Scenes of what a model made of points: each of its sentences, good or bad, ready to be checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from hybrid_agent.guardrails import Ground, Violation, check_worded, ground
from hybrid_agent.state import Point, PointKind, Sentence

PAIRS = Path(str(files("hybrid_agent_evals.grounding").joinpath("data", "earlier.yaml")))


@dataclass(frozen=True)
class Scene:
    """A turn's points and the grounds under them."""

    points: tuple[Point, ...]
    grounds: dict[str, Ground]

    def check(self, text: str) -> list[Violation]:
        """What is wrong with a sentence that rests on everything in the scene."""
        said = Sentence(text=text, evidence=tuple(self.grounds))
        return check_worded(said, self.grounds, points=self.points)


def scene(written: dict[str, Any]) -> Scene:
    """A scene as it stands in the file of pairs."""
    names = written.get("names") or [""] * len(written.get("facts", []))
    facts = written.get("facts", [])
    grounds = {f"f{place}": ground(data, name=names[place]) for place, data in enumerate(facts)}
    grounds |= {f"t{place}": ground(text=text) for place, text in enumerate(written.get("texts", []))}
    points = tuple(
        Point(kind=PointKind.ANSWER, text=text, evidence=tuple(grounds), literal=written.get("literal", ""))
        for text in written["points"]
    )
    return Scene(points, grounds)


def pairs(half: str) -> Iterator[tuple[Scene, str, bool]]:
    """Every scene of a half with each of its sentences, and whether that one is good."""
    for written in yaml.safe_load(PAIRS.read_text("utf-8"))[half]:
        one = scene(written)
        for kind in ("good", "bad"):
            for text in written[kind]:
                yield one, text, kind == "good"
