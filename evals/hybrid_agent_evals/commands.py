"""The command `bench` of `hybrid-agent`: `speed`, also when nothing is named, and what else is measured."""

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


@app.command()
def pii(
    data: Annotated[Path, typer.Option(help="The folder with the data sets.")] = Path("../shared/data"),
    as_json: AsJson = False,
) -> None:
    """What the redactor finds of personal data, what it masks by mistake, and how long it takes."""
    from hybrid_agent_evals.pii.bench import run

    try:
        report = run(data)
    except FileNotFoundError as error:
        _stop(f"{error.filename} is missing: give the folder of the data sets with --data", error)
    typer.echo(report.json() if as_json else report.table())


@app.command()
def screen(
    data: Data = Path("../shared/data"),
    write: Annotated[Path | None, typer.Option(help="Fit on everything and write the detector here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Which attacks are caught, and who is blocked by mistake; `eval attack` shows what they get."""
    try:
        from hybrid_agent_evals.screening.bench import run

        report = run(data, write, _tell)
    except FileNotFoundError as error:
        _stop(f"{error.filename} is missing: give the folder of the data sets with --data", error)
    except ImportError as error:
        _stop(f"{error}\n  Install what measures it: pip install 'hybrid-agent[evals,local]'", error)
    typer.echo(report.json() if as_json else report.table())


@app.command()
def conversations(
    *,
    system: Annotated[
        str | None, typer.Option(help="Which to compare, by commas: create_agent,llm,cascade,local.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The chat model, as provider:name.")] = None,
    base_url: Annotated[str | None, typer.Option(help="The address of an OpenAI-compatible server.")] = None,
    api_key_env: Annotated[str | None, typer.Option(help="The variable that holds the model's key.")] = None,
    temperature: Annotated[float | None, typer.Option(help="The model's temperature.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that one call of the model may take.")] = 60.0,
    cases: Annotated[
        Path | None, typer.Option(help="A folder of conversations instead of the bundled ones.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("--conversations", min=1, help="Play only so many of them.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="Begin no conversation after so many seconds.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep every result in this file, and play only what it lacks.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table for a document.")] = False,
    as_json: AsJson = False,
) -> None:
    """The same conversations through LangChain's create_agent, llm, cascade and local."""
    from hybrid_agent.errors import HybridAgentError
    from hybrid_agent_evals.asking import model_settings
    from hybrid_agent_evals.conversations.bench import Plan, bench

    try:
        settings = model_settings(model, base_url, api_key_env, temperature, timeout)
        names = system.replace(" ", "").split(",") if system else None
        report = bench(Plan(names, settings, cases, count, seconds, out), _tell)
    except HybridAgentError as error:
        _stop(str(error), error)
    except ImportError as error:
        _stop(f"{error}\n  Install what it needs: pip install 'hybrid-agent[evals,local]'", error)
    typer.echo(report.json() if as_json else report.markdown() if markdown else report.text())


@app.command()
def confidence(
    *,
    model: Annotated[str | None, typer.Option(help="The chat model, as provider:name.")] = None,
    base_url: Annotated[str | None, typer.Option(help="The address of an OpenAI-compatible server.")] = None,
    api_key_env: Annotated[str | None, typer.Option(help="The variable that holds the model's key.")] = None,
    temperature: Annotated[float | None, typer.Option(help="The model's temperature.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that one call of the model may take.")] = 120.0,
    called: Annotated[str | None, typer.Option(help="What to call the model, if not by its name.")] = None,
    deployment: Annotated[
        Path | None, typer.Option(help="The support.yaml whose catalog the messages are for.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="A file of labelled messages.")] = None,
    opinions: Annotated[Path | None, typer.Option(help="Where the model's answers are kept.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Ask the model about only so many.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the calibration to this file.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print tables for a document.")] = False,
    as_json: AsJson = False,
) -> None:
    """How far confidence can be trusted, of the classifier, a model, and both; fits their calibration."""
    from hybrid_agent.errors import HybridAgentError
    from hybrid_agent_evals.asking import model_settings
    from hybrid_agent_evals.confidence.bench import Plan, run
    from hybrid_agent_evals.confidence.fitting import write_calibration

    try:
        settings = model_settings(model, base_url, api_key_env, temperature, timeout)
        measured = run(Plan(settings, called, deployment, data, opinions, count), _tell)
        if write is not None:
            write_calibration(measured.calibration, write)
    except HybridAgentError as error:
        _stop(str(error), error)
    except ImportError as error:
        _stop(f"{error}\n  Install what it needs: pip install 'hybrid-agent[evals,local]'", error)
    report = measured.report
    typer.echo(report.json() if as_json else report.markdown() if markdown else report.text())


@app.command()
def knowledge(
    *,
    data: Data = Path("../shared/data"),
    write: Annotated[Path | None, typer.Option(help="Write the fitted answerability to this file.")] = None,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """The search of help centres: what is found, what is refused, how fast; fits what decides that."""
    from hybrid_agent.errors import HybridAgentError
    from hybrid_agent_evals.knowledge.bench import run

    try:
        from hybrid_agent_evals.knowledge.fitting import write as write_answerability

        measured = run(data, quick=quick)
        if write is not None:
            write_answerability(measured.answerability, write)
    except FileNotFoundError as error:
        _stop(f"{error.filename} is missing: give the folder of the data with --data", error)
    except HybridAgentError as error:
        _stop(str(error), error)
    except ImportError as error:
        _stop(f"{error}\n  Install what measures it: pip install 'hybrid-agent[evals,local]'", error)
    typer.echo(measured.report.json() if as_json else measured.report.text())


@app.command()
def grounding(
    *,
    write: Annotated[Path | None, typer.Option(help="Fit the score of meaning, and write it here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Planted errors that the check of a model's sentences catches, and correct ones that it keeps back."""
    from hybrid_agent.errors import HybridAgentError

    try:
        from hybrid_agent_evals.grounding.bench import run

        if write is not None:
            from hybrid_agent.encoding import default_encoder
            from hybrid_agent_evals.grounding.fitting import fit, write_weights
            from hybrid_agent_evals.grounding.scenes import cases

            write_weights(fit(cases(), default_encoder()), write)
        report = run()
    except HybridAgentError as error:
        _stop(str(error), error)
    except ImportError as error:
        _stop(f"{error}\n  Install what it needs: pip install 'hybrid-agent[evals,local]'", error)
    typer.echo(report.json() if as_json else report.text())


@app.command()
def serve(
    *,
    minutes: Annotated[float, typer.Option(help="How long customers chat.", min=0.1, max=60)] = 10,
    streams: Annotated[int, typer.Option(help="Pages that stay open.", min=1, max=1_000)] = 200,
    customers: Annotated[int, typer.Option(help="Customers who chat, on that many of them.", min=1)] = 50,
    cases: Annotated[int, typer.Option(help="Cases in the inbox.", min=0, max=100_000)] = 10_000,
    think: Annotated[float, typer.Option(help="Mean seconds between a customer's messages.", min=0.1)] = 10,
    turn_ms: Annotated[float, typer.Option(help="Bound: our part of a turn, p95.")] = 250,
    inbox_ms: Annotated[float, typer.Option(help="Bound: the inbox page, p95.")] = 100,
    decision_s: Annotated[float, typer.Option(help="Bound: decision to customer's page, p95.")] = 1,
    growth_mb: Annotated[float, typer.Option(help="Bound: growth of memory, MB a minute.")] = 5,
    as_json: AsJson = False,
) -> None:
    """A crowd on a server of its own on this machine; exit 1 where a bound is missed."""
    from rich.console import Console

    try:
        from hybrid_agent_evals.loading import Bounds, Plan, missed, run
        from hybrid_agent_evals.loading.server import ServerFailedError

        plan = Plan(
            streams=streams, customers=min(customers, streams), cases=cases, minutes=minutes, think=think
        )
        report = run(plan, Bounds(turn_ms, inbox_ms, decision_s, growth_mb), _tell)
    except ImportError as error:
        _stop(f"{error}\n  Install what it needs: pip install 'hybrid-agent[serve]'", error)
    except ServerFailedError as error:
        _stop(str(error), error)
    if as_json:
        typer.echo(report.json())
    else:
        Console().print(report.table())
    if missed(report):
        raise typer.Exit(1)


@app.command()
def inbox(
    *,
    url: Annotated[
        str | None, typer.Option(help="An empty database, as postgresql://... (without it, a SQLite file).")
    ] = None,
    open_cases: Annotated[int, typer.Option("--open", min=1, help="So many cases need a person.")] = 10_000,
    closed: Annotated[int, typer.Option(min=0, help="So many are closed beside them.")] = 20_000,
    as_json: AsJson = False,
) -> None:
    """How long the console's queries take with many open cases."""
    from hybrid_agent.errors import HybridAgentError
    from hybrid_agent_evals.inbox.bench import run
    from hybrid_agent_evals.inbox.filling import Filled

    try:
        report = run(url, Filled(open_cases, closed))
    except HybridAgentError as error:
        _stop(str(error), error)
    typer.echo(report.json() if as_json else report.text())


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def _stop(message: str, error: Exception) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2) from error
