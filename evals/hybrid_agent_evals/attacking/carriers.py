"""Where an attack may stand: cases with `{attack}` in them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.attacking.attacks import Attack
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.cases.reading import read_cases

MARK = re.compile(r"\{attack(?::(\d{1,5}))?\}")


def bundled() -> Path:
    """The folder of the carriers for the sample shop."""
    return Path(str(files("hybrid_agent_evals.attacking").joinpath("data", "carriers")))


def read_carriers(place: Path) -> tuple[Placed, ...]:
    """The carriers of a folder or file. Raises ConfigurationError for one that is wrong."""
    read = read_cases(place)
    empty = [each for each in read.placed if not MARK.search(each.case.model_dump_json())]
    problems = [*read.problems, *(f"{each.where}: {{attack}} stands nowhere in it" for each in empty)]
    if problems:
        raise ConfigurationError("\n".join(problems), advice="Correct the lines named above.")
    return read.placed


def carrying(carrier: Placed, attack: Attack) -> Placed:
    """The carrier with the attack in every place that is marked."""
    written = carrier.case.model_dump(exclude_unset=True)
    return replace(carrier, case=Case.model_validate(_filled(written, attack.text)))


def _filled(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return MARK.sub(lambda mark: text[: int(mark[1])] if mark[1] else text, value)
    if isinstance(value, dict):
        return {name: _filled(each, text) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [_filled(each, text) for each in value]
    return value
