"""Case files: what can be read is played, what cannot is told with its file and line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.yamlfile import read_partly
from hybrid_agent_evals.cases.models import CaseFile, Placed

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a folder in the order of its files, and what is wrong with the rest, a message each."""

    placed: tuple[Placed, ...]
    problems: tuple[str, ...] = ()


def bundled() -> Path:
    """The folder of the cases for the sample shop."""
    return Path(str(resources.files("hybrid_agent_evals").joinpath("cases", "data")))


def read_cases(place: Path) -> Cases:
    """The cases of a file, or of every YAML file below a folder.

    Whatever is wrong with a file or a case is among the problems, and the others are read all the same.
    Raises ConfigurationError where there is no such place, or no file in it.
    """
    placed, problems = list[Placed](), list[str]()
    for file in _files(place):
        try:
            read = _of(file)
        except ConfigurationError as error:
            problems.append(str(error))
        else:
            placed += read.placed
            problems += read.problems
    counted = Counter(each.case.id for each in placed)
    once = tuple(each for each in placed if counted[each.case.id] == 1)
    return Cases(once, (*problems, *_twice([each for each in placed if counted[each.case.id] > 1])))


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise ConfigurationError(
            "there is no such file or folder", where=place, advice="Name a folder of cases, or one file."
        )
    files = sorted(each for each in place.rglob("*") if each.suffix in SUFFIXES)
    if not files:
        raise ConfigurationError("holds no .yaml file", where=place, advice="Name a folder of cases.")
    return files


def _of(file: Path) -> Cases:
    read = read_partly(file, CaseFile, "cases")
    if read.model is None:
        return Cases((), read.problems)
    at, shop = read.model.at, file.parent / read.model.shop if read.model.shop else None
    pairs = zip(read.model.cases, read.lines, strict=True)
    return Cases(tuple(Placed(case, at, shop, file, line) for case, line in pairs), read.problems)


def _twice(placed: Sequence[Placed]) -> list[str]:
    return [
        f"{each.where}: the id {each.case.id} stands also at {_others(each, placed)}; give each its own"
        for each in placed
    ]


def _others(one: Placed, placed: Sequence[Placed]) -> str:
    return ", ".join(each.where for each in placed if each.case.id == one.case.id and each is not one)
