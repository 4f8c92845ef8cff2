"""`hybrid-agent eval simulate`: hold the conversations, write what was asked for, print the rest."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.simulating.report import as_json, as_text
from hybrid_agent_evals.simulating.running import Plan, run
from hybrid_agent_evals.simulating.saving import save

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options ask for: a plan, a file for the JSON (`-`: print it), a folder for case files."""

    plan: Plan
    json: Path | None = None
    save: Path | None = None


def again(**given: object) -> str:
    """The options that decide what comes out, as one types them."""
    words = [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join(["hybrid-agent", "eval", "simulate", *words])


def hold(asked: Asked, tell: Callable[[int, int], None]) -> int:
    """The exit code. Raises ConfigurationError where nothing can be held, or a file cannot be written."""
    ended = run(asked.plan, tell)
    if asked.save is not None:
        kept = [
            each for each in ended.conversations if each.broken or each.missed or len(asked.plan.numbers) == 1
        ]
        try:
            save(kept, asked.save, asked.plan.shop)
        except OSError as error:
            raise _unwritable("--save", asked.save, error) from error
    if asked.json == STDOUT:
        typer.echo(as_json(ended), nl=False)
        return ended.exit_code
    if asked.json is not None:
        try:
            asked.json.write_text(as_json(ended), "utf-8")
        except OSError as error:
            raise _unwritable("--json", asked.json, error) from error
    typer.echo(as_text(ended, asked.plan.command))
    for problem in ended.problems:
        typer.echo(problem, err=True)
    return ended.exit_code


def _unwritable(option: str, place: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"{place} cannot be written: {error.strerror}", where=option, advice="Name another."
    )
