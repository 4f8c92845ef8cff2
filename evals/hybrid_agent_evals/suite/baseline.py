"""A run beside an earlier one: what changed, and whether the numbers support that it is worse."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.suite.measures import runs_of
from hybrid_agent_evals.suite.results import FORMAT, Result, Subject, SuiteRun
from hybrid_agent_evals.suite.statistics import Runs, worse

ALPHA: Final = 0.05
ANEW = "Write a new one with --json FILE."


class Rule(StrEnum):
    """How a regression is recognised."""

    CERTAIN = (
        "no model is asked now: each case that passed and now fails, or is new or edited and fails, counts"
    )
    TESTED = "a model was asked: exact paired test, one-sided, at 0.05"


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose runs did not go as before."""

    id: str
    before: Runs
    now: Runs

    @property
    def worse(self) -> bool:
        """Whether a smaller share of its runs passed."""
        return self.now.passed * self.before.scored < self.before.passed * self.now.scored


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an earlier run and this one say of the cases in both.

    `p` is the chance of so few passes if nothing had changed; None where nothing is left to chance. `edited`
    are cases that are not as they were, `added` and `removed` those of one run only, `unscored` those
    without a verdict in one: none of them is compared. `failing` are those of the edited and added ones that
    fail: left alone they would be in the next baseline. `parts` are what differs in what was evaluated.
    """

    rule: Rule
    compared: int
    changed: tuple[Changed, ...]
    p: float | None
    parts: tuple[str, ...]
    edited: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unscored: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()

    @property
    def regressed(self) -> bool:
        """Whether it is worse, by the rule that holds."""
        if self.p is None:
            return bool(self.failing) or any(each.worse for each in self.changed)
        return self.p < ALPHA


def read_run(file: Path) -> SuiteRun:
    """An earlier run from its JSON. Raises ConfigurationError with the line of what is wrong."""
    try:
        data = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=file, advice=ANEW) from error
    except json.JSONDecodeError as error:
        problem = f"is no JSON, or was cut short: {error.msg}"
        raise ConfigurationError(problem, where=f"{file}:{error.lineno}", advice=ANEW) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError("is no JSON", where=file, advice=ANEW) from error
    if not isinstance(data, dict) or "format" not in data:
        raise ConfigurationError("is no run of the suite", where=f"{file}:1", advice=ANEW)
    if data["format"] != FORMAT:
        problem = f"is of format {data['format']!r}, and this version reads {FORMAT}"
        raise ConfigurationError(problem, where=f"{file}:1", advice=ANEW)
    try:
        return SuiteRun.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"is no run of the suite: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise ConfigurationError(problem, where=f"{file}:1", advice=ANEW) from None


def compared(before: SuiteRun, now: SuiteRun, file: Path) -> Comparison:
    """This run beside an earlier one. Raises ConfigurationError where no case can be compared."""
    olds, news = _digests(before.results), _digests(now.results)
    common = [name for name in news if name in olds]
    if not common:
        problem = f"is the run of another suite: none of its {len(olds)} cases is among the {len(news)} here"
        raise ConfigurationError(problem, where=file, advice="Name a run of these cases.")
    old_runs, new_runs = runs_of(before.results), runs_of(now.results)
    pairs = {name: (old_runs[name], new_runs[name]) for name in common if olds[name] == news[name]}
    scored = {name: pair for name, pair in pairs.items() if all(each.scored for each in pair)}
    if not scored:
        problem = f"has nothing to compare: all {len(common)} cases in both were edited or have no score"
        raise ConfigurationError(problem, where=file, advice=ANEW)
    certain = not now.subject.model
    uncompared = [name for name in news if name not in pairs]
    return Comparison(
        rule=Rule.CERTAIN if certain else Rule.TESTED,
        compared=len(scored),
        changed=tuple(_changed(scored)),
        p=None if certain else worse(scored.values()),
        parts=differing(before.subject, now.subject),
        edited=tuple(name for name in common if name not in pairs),
        added=tuple(name for name in news if name not in olds),
        removed=tuple(name for name in olds if name not in news),
        unscored=tuple(name for name in pairs if name not in scored),
        failing=tuple(name for name in uncompared if new_runs[name].passed < new_runs[name].scored),
    )


def differing(before: Subject, now: Subject) -> tuple[str, ...]:
    """What was evaluated otherwise, in words: `model: a, was b`, `intents.NAME`, `knowledge.FILE (new)`."""
    names = ("deployment", "reasoner", "model", "version")
    whole = [
        f"{name}: {getattr(now, name) or 'none'}, was {getattr(before, name) or 'none'}"
        for name in names
        if getattr(now, name) != getattr(before, name)
    ]
    old, new = before.parts, now.parts
    other = (name for name in sorted({*old, *new}) if old.get(name) != new.get(name))
    return (*whole, *(_part(name, old, new) for name in other))


def _part(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    return f"{name} (new)" if name not in old else f"{name} (gone)" if name not in new else name


def _digests(results: Iterable[Result]) -> dict[str, str]:
    return {each.id: each.digest for each in results}


def _changed(pairs: Mapping[str, tuple[Runs, Runs]]) -> Iterable[Changed]:
    for name, (old, new) in pairs.items():
        if old.passed * new.scored != new.passed * old.scored:
            yield Changed(name, old, new)
