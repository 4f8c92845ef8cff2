"""One call of `hybrid-agent eval`: from its options to a plan, the run, its reports and the exit code."""

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

import typer

from hybrid_agent.chat_model import ModelSettings, close, connect_model, probe
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.settings import Thinking
from hybrid_agent_evals.advising import Judge, advice
from hybrid_agent_evals.reports.canonical import as_json
from hybrid_agent_evals.reports.html import as_html
from hybrid_agent_evals.reports.junit import as_junit
from hybrid_agent_evals.reports.markdown import as_markdown
from hybrid_agent_evals.reports.measured import comparison, measured
from hybrid_agent_evals.reports.sections import Section
from hybrid_agent_evals.suite.baseline import Comparison, compared, read_run
from hybrid_agent_evals.suite.choosing import Choice, chosen, place_of_cases
from hybrid_agent_evals.suite.opening import Opening, deployment_file
from hybrid_agent_evals.suite.pool import stuck
from hybrid_agent_evals.suite.results import SuiteRun
from hybrid_agent_evals.suite.whole import Plan, run

STDOUT: Final = Path("-")
SECONDS: Final = 60.0
SECONDS_WITH_MODEL: Final = 600.0

Report = Callable[[SuiteRun, Sequence[Section]], str]
REPORTS: Mapping[str, Report] = {
    "json": lambda ended, _: as_json(ended),
    "junit": lambda ended, _: as_junit(ended),
    "markdown": as_markdown,
    "html": as_html,
}
"""The formats by the option that asks for each."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for; `reports` are the files by format, `-` is standard output."""

    deployment: Path | None
    cases: Path | None
    choice: Choice
    model: ModelSettings | None
    reasoner: Thinking | None
    repeats: int
    seed: int
    workers: int | None
    seconds: float | None
    fail_fast: bool
    masked: bool
    baseline: Path | None
    reports: Mapping[str, Path]
    judge: Judge | None = None


def evaluate(wanted: Wanted) -> int:
    """Run, report, compare; returns the exit code. Raises ConfigurationError where nothing can be played."""
    plan = plan_of(wanted)
    if plan.opening.model is not None:
        asyncio.run(_answers(plan.opening.model))
    earlier = _earlier(wanted.baseline)
    with progress() as tell:
        ended = run(plan, tell)
    ended, found = _beside(earlier, wanted.baseline, ended)
    advised, unheard = _advised(wanted.judge, ended)
    sections = (*measured(ended), *((comparison(found),) if found else ()), *advised)
    unwritten = _written(wanted.reports, ended, sections)
    if STDOUT not in wanted.reports.values():
        _show(ended, sections)
    if unwritten or unheard or ended.exit_code == 2:
        return 2
    return int(found.regressed) if found else ended.exit_code


def plan_of(wanted: Wanted) -> Plan:
    """What is to be played. Raises ConfigurationError where there are no cases, or no deployment."""
    if wanted.fail_fast and wanted.baseline:
        problem = "stops at a failure that the baseline may have, too, and leaves the rest uncompared"
        raise ConfigurationError(problem, where="--fail-fast", advice="Leave it out beside --baseline.")
    opening = opening_of(wanted.deployment, wanted.model, wanted.reasoner)
    return Plan(
        opening=opening,
        cases=chosen(place_of_cases(opening.file, wanted.cases), wanted.choice),
        repeats=wanted.repeats,
        seed=wanted.seed,
        workers=wanted.workers,
        seconds=wanted.seconds or seconds_for(opening),
        fail_fast=wanted.fail_fast,
        masked=wanted.masked,
        command=_again(wanted),
    )


def seconds_for(opening: Opening, *, patient: bool = False) -> float:
    """How long one conversation may take where nobody says so; a model on either side takes longer."""
    local = opening.settings().thinking is Thinking.LOCAL and not patient
    return SECONDS if local else SECONDS_WITH_MODEL


def opening_of(deployment: Path | None, model: ModelSettings | None, reasoner: Thinking | None) -> Opening:
    """The deployment that options mean. A model that is named is asked, also where the file says `local`."""
    opening = Opening(deployment_file(deployment), model, reasoner)
    settings = opening.settings()
    if reasoner is None and model is not None and settings.thinking is Thinking.LOCAL:
        opening = replace(opening, reasoner=Thinking.CASCADE)
    elif settings.thinking is not Thinking.LOCAL and settings.model is None:
        problem, advice = (
            f"{settings.thinking} needs a language model",
            "Name one with --model provider:name.",
        )
        raise ConfigurationError(problem, where="--reasoner", advice=advice)
    used = opening.settings()
    return replace(opening, model=used.model if used.thinking is not Thinking.LOCAL else None)


def end(code: int) -> NoReturn:
    """End the command, also where a conversation that was given up hangs in a thread of this process."""
    if stuck():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise typer.Exit(code)


def _again(wanted: Wanted) -> str:
    """The options that decide what comes out, as one types them."""
    model = wanted.model
    given = (
        ("--deployment", wanted.deployment),
        ("--cases", wanted.cases),
        ("--model", model and model.name),
        ("--base-url", model and model.base_url),
        ("--api-key-env", model and model.api_key_env),
        ("--temperature", model and model.temperature),
        ("--reasoner", wanted.reasoner),
        ("--seed", wanted.seed or None),
    )
    words = [word for name, value in given if value is not None for word in (name, str(value))]
    return shlex.join(["hybrid-agent", "eval", *words])


async def _answers(settings: ModelSettings) -> None:
    """One tiny question, so that a wrong address or key is not taken for a result."""
    model = connect_model(settings)
    try:
        await probe(model)
    finally:
        await close(model)


def _advised(judge: Judge | None, ended: SuiteRun) -> tuple[tuple[Section, ...], bool]:
    """What the judge thinks, and whether it could not be asked: the run's own results are not touched."""
    if judge is None:
        return (), False
    try:
        with progress() as tell:
            return (advice(judge, ended.results, tell),), False
    except ConfigurationError as error:
        typer.echo(str(error), err=True)
        return (), True


def _earlier(file: Path | None) -> SuiteRun | ConfigurationError | None:
    """The baseline as it is before the run, which may write its own report in its place."""
    try:
        return read_run(file) if file else None
    except ConfigurationError as error:
        return error


def _beside(
    earlier: SuiteRun | ConfigurationError | None, file: Path | None, ended: SuiteRun
) -> tuple[SuiteRun, Comparison | None]:
    """The run beside its baseline; a baseline that cannot be used is one of the run's problems."""
    if earlier is None or file is None:
        return ended, None
    try:
        if isinstance(earlier, ConfigurationError):
            raise earlier
        return ended, compared(earlier, ended, file)
    except ConfigurationError as error:
        return ended.model_copy(update={"problems": (*ended.problems, f"--baseline {error}")}), None


def _written(files: Mapping[str, Path], ended: SuiteRun, sections: Sequence[Section]) -> bool:
    """Write every report; returns whether one could not be."""
    failed = False
    for name, file in files.items():
        text = REPORTS[name](ended, sections)
        try:
            if file == STDOUT:
                typer.echo(text, nl=False)
            else:
                file.write_text(text, "utf-8")
        except OSError as error:
            failed = True
            problem = f"--{name} {file}: cannot be written: {error.strerror}"
            typer.echo(f"{problem}\n  Name another file.", err=True)
    return failed


def _show(ended: SuiteRun, sections: Sequence[Section]) -> None:
    from rich.console import Console

    from hybrid_agent_evals.reports.terminal import show

    show(ended, Console(), sections)


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while it runs; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
