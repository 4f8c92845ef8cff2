"""Case files from a folder: what can be read is played, what cannot is told with its file and line."""

from collections import Counter
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.yamlfile import read_model
from hybrid_agent_evals.cases.models import CaseFile, Placed


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a folder in the order of its files, and what is wrong with the rest, a message each."""

    placed: tuple[Placed, ...]
    problems: tuple[str, ...] = ()


def bundled() -> Path:
    """The folder of the cases for the sample shop."""
    return Path(str(resources.files("hybrid_agent_evals").joinpath("cases", "data")))


def read_cases(folder: Path) -> Cases:
    """The cases of every YAML file in a folder; raises ConfigurationError where it holds none."""
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise ConfigurationError("holds no .yaml file", where=folder, advice="Name a folder of cases.")
    placed, problems = list[Placed](), list[str]()
    for file in files:
        try:
            placed += _placed(file)
        except ConfigurationError as error:
            problems.append(str(error))
    counted = Counter(each.case.id for each in placed)
    twice = [each for each in placed if counted[each.case.id] > 1]
    problems += [f"{each.where}: the id {each.case.id} is given more than once" for each in twice]
    return Cases(tuple(each for each in placed if counted[each.case.id] == 1), tuple(problems))


def _placed(file: Path) -> list[Placed]:
    read, lines = read_model(file, CaseFile), _lines(file)
    shop = file.parent / read.shop if read.shop else None
    return [Placed(case, read.at, shop, file, line) for case, line in zip(read.cases, lines, strict=True)]


def _lines(file: Path) -> list[int]:
    """The line that each case begins in."""
    root = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    if root is None:
        return []
    cases = next(value for key, value in root.value if key.value == "cases")
    return [item.start_mark.line + 1 for item in cases.value]
