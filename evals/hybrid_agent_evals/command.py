"""The command `eval` of `hybrid-agent`: the suite itself where nothing is named, and what belongs to it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Play the cases of a deployment and check what came of them.",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def evaluate(
    context: typer.Context,
    *,
    deployment: Annotated[
        Path | None, typer.Option("--deployment", "-d", help="A support.yaml or its folder.")
    ] = None,
    cases: Annotated[Path | None, typer.Option(help="A folder of cases, or one file.")] = None,
) -> None:
    """Play the cases and check them. Exit code 0: all passed, 1: a case failed, 2: something is amiss."""
    if context.invoked_subcommand is not None:
        return
    from hybrid_agent_evals.suite.opening import Opening, deployment_file
    from hybrid_agent_evals.suite.whole import Plan, run

    plan = Plan(Opening(deployment_file(deployment)), cases)
    ended = run(plan)
    for result in ended.results:
        typer.echo(f"{'ok  ' if result.passed else 'FAIL'}  {result.id}")
    for problem in ended.problems:
        typer.echo(problem, err=True)
    raise typer.Exit(ended.exit_code)
