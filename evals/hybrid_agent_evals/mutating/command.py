"""`hybrid-agent eval --mutate`."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.cases.reading import Cases
from hybrid_agent_evals.mutating.campaign import QUICK, Campaign, mutate
from hybrid_agent_evals.mutating.report import as_json, as_markdown
from hybrid_agent_evals.mutating.scoring import score
from hybrid_agent_evals.mutating.tried import Fate, Mutated
from hybrid_agent_evals.suite.opening import Opening

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for: `least` is the share that must be noticed, None to measure alone.

    `intents` are those whose mutants are tried, none for all.
    """

    opening: Opening
    cases: Cases
    workers: int | None
    seed: int
    intents: frozenset[str] = frozenset()
    quick: bool = False
    least: float | None = None
    json: Path | None = None
    markdown: Path | None = None


def run_mutation(asked: Asked) -> int:
    """Try the mutants and tell what came of them; the exit code is 1 where less than `least` is noticed, 2
    where something could not be read or played. Raises ConfigurationError."""
    if asked.least is not None and not 0 <= asked.least <= 1:
        raise ConfigurationError(
            f"{asked.least} is no share", where="--mutate-min", advice="Give one from 0 to 1, such as 0.95."
        )
    most = QUICK if asked.quick else None
    workers = asked.workers or os.cpu_count() or 1
    campaign = Campaign(asked.opening, asked.cases, workers, asked.seed, most, asked.intents)
    mutated = mutate(campaign, lambda line: print(line, file=sys.stderr))  # noqa: T201
    written = _write(mutated, asked)
    for problem in mutated.problems:
        print(problem, file=sys.stderr)  # noqa: T201
    return _exit_code(mutated, asked.least) if written else 2


def _write(mutated: Mutated, asked: Asked) -> bool:
    """Write every report, and the Markdown to standard output where none goes there; whether all could be."""
    files = {"json": (asked.json, as_json), "markdown": (asked.markdown, as_markdown)}
    written = True
    for option, (file, report) in files.items():
        if file is None:
            continue
        try:
            _put(report(mutated), file)
        except OSError as error:
            written = False
            print(f"--{option} {file}: cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
    if STDOUT not in (asked.json, asked.markdown):
        sys.stdout.write(as_markdown(mutated))
    return written


def _put(text: str, file: Path) -> None:
    if file == STDOUT:
        sys.stdout.write(text)
    else:
        file.write_text(text, "utf-8")


def _exit_code(mutated: Mutated, least: float | None) -> int:
    if mutated.problems or any(each.fate is Fate.LOST for each in mutated.tried):
        return 2
    return int(least is not None and score(mutated.tried).rate < least)
