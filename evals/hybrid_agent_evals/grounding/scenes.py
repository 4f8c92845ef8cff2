"""The sentences that are judged: correct ones, and beside each the same with one planted error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import as_file, files

from pydantic import Field, JsonValue

from hybrid_agent.frozen import Frozen
from hybrid_agent.guardrails import Ground, ground
from hybrid_agent.state import Point, PointKind
from hybrid_agent.yamlfile import read_model

SOURCE = "source"
"""The kind of error where the words are right and the evidence is another's."""
UNNAMED = "unnamed"
"""The kind of the errors of the earlier scenes, which do not say theirs."""


class Part(StrEnum):
    """What a case may be used for: `earlier`, `develop` and `second` were tuned on, `held_out` was not.

    Of `held_out` the totals, by kind of error, were seen while the rules were written, but no sentence.
    """

    EARLIER = "earlier"
    DEVELOP = "develop"
    SECOND = "second"
    HELD_OUT = "held_out"


class Evidence(Frozen):
    """A text of an article or policy, or the data of a record with its name."""

    text: str = ""
    kind: str = "article"
    record: str = ""
    data: JsonValue = None


class Pair(Frozen):
    """A correct sentence and the same with one error; `cites` and `wrong` are places of evidence, from 1."""

    kind: str
    good: str
    bad: str
    cites: tuple[int, ...] = ()
    wrong: tuple[int, ...] = ()


class Written(Frozen):
    """A scene as it stands in the file of pairs."""

    scene: str
    domain: str
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    pairs: tuple[Pair, ...] = Field(min_length=1)


class Pairs(Frozen):
    """The file of pairs."""

    scenes: tuple[Written, ...]


class WrittenEarlier(Frozen):
    """A scene of the first collection: points over evidence, good and bad sentences apart."""

    heard: str
    points: tuple[str, ...]
    literal: str = ""
    names: tuple[str, ...] = ()
    facts: tuple[JsonValue, ...] = ()
    texts: tuple[str, ...] = ()
    good: tuple[str, ...]
    bad: tuple[str, ...]


class Earlier(Frozen):
    """The file of the first collection, in three lots."""

    tuning: tuple[WrittenEarlier, ...]
    held_out: tuple[WrittenEarlier, ...]
    records: tuple[WrittenEarlier, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sentence may rest on: the turn's points, and the grounds under them by evidence id."""

    name: str
    points: tuple[Point, ...]
    grounds: Mapping[str, Ground]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence with the evidence that it cites; `error` is the kind of its error, None if it has none."""

    part: Part
    scene: Scene
    text: str
    cites: tuple[str, ...]
    error: str | None


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Every case, in the order of the files."""
    return (*_earlier_cases(), *_new_cases())


@lru_cache(maxsize=1)
def earlier_scenes() -> Mapping[str, tuple[tuple[Scene, WrittenEarlier], ...]]:
    """The scenes of the first collection by their lot."""
    folder = files("hybrid_agent_evals.grounding").joinpath("data")
    with as_file(folder.joinpath("earlier.yaml")) as file:
        read = read_model(file, Earlier)
    return {
        lot: tuple((_earlier_scene(each), each) for each in getattr(read, lot))
        for lot in Earlier.model_fields
    }


def _earlier_cases() -> Iterator[Case]:
    for lot in earlier_scenes().values():
        for scene, written in lot:
            for error, texts in ((None, written.good), (UNNAMED, written.bad)):
                yield from (Case(Part.EARLIER, scene, text, tuple(scene.grounds), error) for text in texts)


def _earlier_scene(written: WrittenEarlier) -> Scene:
    names = written.names or ("",) * len(written.facts)
    grounds = {
        f"f{place}": ground(data, name=name)
        for place, (data, name) in enumerate(zip(written.facts, names, strict=True))
    }
    grounds |= {f"t{place}": ground(text=text) for place, text in enumerate(written.texts)}
    points = tuple(
        Point(kind=PointKind.ANSWER, text=text, evidence=tuple(grounds), literal=written.literal)
        for text in written.points
    )
    return Scene(written.heard, points, grounds)


def _new_cases() -> Iterator[Case]:
    for place, each in enumerate(_written("pairs.yaml")):
        yield from _paired(each, Part.HELD_OUT if place % 2 else Part.DEVELOP)
    for each in _written("second.yaml"):
        yield from _paired(each, Part.SECOND)


def _written(name: str) -> tuple[Written, ...]:
    folder = files("hybrid_agent_evals.grounding").joinpath("data")
    with as_file(folder.joinpath(name)) as file:
        return read_model(file, Pairs).scenes


def _paired(each: Written, part: Part) -> Iterator[Case]:
    scene = _scene(each)
    for pair in each.pairs:
        cited = _ids(scene, pair.cites)
        yield Case(part, scene, pair.good, cited, None)
        yield Case(part, scene, pair.bad, _ids(scene, pair.wrong) if pair.wrong else cited, pair.kind)


def _scene(written: Written) -> Scene:
    grounds = {
        f"e{place}": ground(each.data, each.text, name=each.record)
        for place, each in enumerate(written.evidence, 1)
    }
    point = Point(kind=PointKind.ANSWER, text="", evidence=tuple(grounds))
    return Scene(written.scene, (point,), grounds)


def _ids(scene: Scene, places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"e{place}" for place in places) or tuple(scene.grounds)
