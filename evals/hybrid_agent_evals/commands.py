"""The command `bench` of `hybrid-agent`: `speed`, also when nothing is named, and `intents`."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(help="Measure speed, memory and the quality of intents on this machine.")

Quick = Annotated[bool, typer.Option("--quick", help="Measure less, for a first impression.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Data = Annotated[Path, typer.Option(help="The folder with the training splits of the public data sets.")]


@app.callback(invoke_without_command=True)
def bench(context: typer.Context, quick: Quick = False, as_json: AsJson = False) -> None:
    """Measure speed, memory and the quality of intents on this machine."""
    if context.invoked_subcommand is None:
        speed(quick=quick, as_json=as_json)


@app.command()
def speed(quick: Quick = False, as_json: AsJson = False) -> None:
    """A turn beside a bare graph, many conversations at once, memory, start-up."""
    from rich.console import Console

    from hybrid_agent_evals.speed import QUICK, Size, run

    report = run(QUICK if quick else Size())
    if as_json:
        typer.echo(report.json())
    else:
        Console().print(report.table())


@app.command()
def intents(data: Data = Path("../shared/data"), quick: Quick = False, as_json: AsJson = False) -> None:
    """The intent classifier by cross-validation on public training splits."""
    from hybrid_agent_evals.intents import run

    try:
        report = run(data, quick)
    except FileNotFoundError as error:
        _stop(f"{error.filename} is missing: give the folder of the training splits with --data", error)
    except ImportError as error:
        _stop(f"{error}\n  Install what measures it: pip install 'hybrid-agent[evals,local]'", error)
    typer.echo(report.json() if as_json else report.table())


def _stop(message: str, error: Exception) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2) from error
