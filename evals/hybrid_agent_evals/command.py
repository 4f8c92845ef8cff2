"""The command `eval` of `hybrid-agent`: the suite itself where nothing is named, and what belongs to it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hybrid_agent.settings import Thinking

app = typer.Typer(
    help="Play the cases of a deployment and check what came of them.",
    pretty_exceptions_enable=False,
    add_completion=False,
)

Deployed = Annotated[
    Path | None,
    typer.Option("--deployment", "-d", help="A support.yaml or its folder (else that here, or the sample)."),
]
Model = Annotated[str | None, typer.Option(help="The chat model, as provider:name.")]
BaseUrl = Annotated[str | None, typer.Option(help="The address of an OpenAI-compatible server.")]
KeyVariable = Annotated[str | None, typer.Option(help="The variable that holds the model's key.")]
Temperature = Annotated[float | None, typer.Option(help="The model's temperature.")]
CallTimeout = Annotated[
    float, typer.Option(min=1, max=86_400, help="Seconds that one call of the model may take.")
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same results.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many at a time (else one for each core, if worth it).")
]
Timeout = Annotated[
    float | None,
    typer.Option(min=1, max=86_400, help="Seconds that a case may take (else 60; with a model 600)."),
]
File = Annotated[Path | None, typer.Option(metavar="FILE", help="Write this report ('-': print it).")]


@app.callback(invoke_without_command=True)
def evaluate(
    context: typer.Context,
    *,
    deployment: Deployed = None,
    cases: Annotated[Path | None, typer.Option(help="A folder of cases, or one file.")] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only this id; repeatable.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only cases with this tag; repeatable.")] = None,
    intent: Annotated[list[str] | None, typer.Option(help="Only cases about this; repeatable.")] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    api_key_env: KeyVariable = None,
    temperature: Temperature = None,
    call_timeout: CallTimeout = 60.0,
    reasoner: Annotated[Thinking | None, typer.Option(help="Instead of the deployment's.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=100, help="Play each case so often.")] = 1,
    seed: Seed = 0,
    workers: Workers = None,
    timeout: Timeout = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Leave personal data in reports.")] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Fail only if worse than an earlier --json."),
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="Also ask this model, as provider:name, what it thinks (advice).")
    ] = None,
    judge_base_url: BaseUrl = None,
    judge_api_key_env: KeyVariable = None,
    judge_repeat: Annotated[int, typer.Option(min=1, max=20, help="Ask the judge so often.")] = 3,
    json: File = None,
    junit: File = None,
    markdown: File = None,
    html: File = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Weaken the deployment in every way; do the cases notice?")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="With --mutate: a sample of the mutants.")] = False,
    mutate_min: Annotated[
        float | None, typer.Option(help="With --mutate: exit code 1 where a smaller share is noticed.")
    ] = None,
) -> None:
    """Play the cases and check what came of them.

    Exit code 0: all passed (with --baseline: nothing is worse); 1: a case failed; 2: something could not be
    read, played or scored.
    """
    if context.invoked_subcommand is not None:
        return
    from hybrid_agent_evals.advising import Judge
    from hybrid_agent_evals.asking import model_settings
    from hybrid_agent_evals.evaluating import Wanted, end, opening_of
    from hybrid_agent_evals.evaluating import evaluate as run
    from hybrid_agent_evals.suite.choosing import Choice, chosen, place_of_cases

    if not mutate and (quick or mutate_min is not None):
        raise typer.BadParameter("say --mutate, too, or leave it out", param_hint="--quick, --mutate-min")
    if mutate and (baseline or judge or junit or html or fail_fast or repeat > 1):
        unused = "--baseline, --judge, --junit, --html, --fail-fast, --repeat"
        raise typer.BadParameter("not beside --mutate; leave it out", param_hint=unused)
    if mutate:
        from hybrid_agent_evals.mutating.command import Asked, run_mutation

        settings = model_settings(model, base_url, api_key_env, temperature, call_timeout)
        opening = opening_of(deployment, settings, reasoner)
        read = chosen(place_of_cases(opening.file, cases), Choice(case or (), tag or ()))
        meant = frozenset(intent or ())
        end(run_mutation(Asked(opening, read, workers, seed, meant, quick, mutate_min, json, markdown)))
    judging = model_settings(judge, judge_base_url, judge_api_key_env, 0.0, call_timeout)
    reports = {"json": json, "junit": junit, "markdown": markdown, "html": html}
    wanted = Wanted(
        deployment=deployment,
        cases=cases,
        choice=Choice(case or (), tag or (), intent or ()),
        model=model_settings(model, base_url, api_key_env, temperature, call_timeout),
        reasoner=reasoner,
        repeats=repeat,
        seed=seed,
        workers=workers,
        seconds=timeout,
        fail_fast=fail_fast,
        masked=not unmasked,
        baseline=baseline,
        reports={name: file for name, file in reports.items() if file is not None},
        judge=Judge(judging, judge_repeat) if judging else None,
    )
    end(run(wanted))


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="The case file: new, or one to which the case is added.")],
    *,
    deployment: Deployed = None,
    thread: Annotated[str | None, typer.Option(help="A stored conversation of the deployment.")] = None,
    lines: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="What went into chat --jsonl.")
    ] = None,
    state: Annotated[Path | None, typer.Option(help="Where conversations are kept.")] = None,
    customer: Annotated[str, typer.Option(help="Who talks in the terminal; '-' for nobody.")] = "-",
    shop: Annotated[Path | None, typer.Option(help="The shop it starts from (else the sample).")] = None,
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M%z"], help="The moment (else when it was).")
    ] = None,
    name: Annotated[str | None, typer.Option("--id", help="The id of the case.")] = None,
    says: Annotated[str | None, typer.Option(help="What it promises, in a sentence.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: expect all that was observed.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Draft a case: from a stored conversation, from lines, or from one that is held in the terminal now."""
    from hybrid_agent_evals.drafting.new import Wanted
    from hybrid_agent_evals.drafting.new import new as draft

    draft(Wanted(file, deployment, state, thread, lines, customer, shop, at, name, says, yes, force))


@app.command()
def simulate(
    *,
    deployment: Deployed = None,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many customers.")] = 100,
    only: Annotated[list[int] | None, typer.Option(help="Only this one of them; repeatable.")] = None,
    seed: Seed = 0,
    words: Annotated[
        Path | None, typer.Option(help="How customers say what they want, in YAML (see docs/simulation.md).")
    ] = None,
    shop: Annotated[Path | None, typer.Option(help="The shop they start from (else the sample).")] = None,
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M%z"], help="The moment of all of them.")
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    api_key_env: KeyVariable = None,
    temperature: Temperature = None,
    call_timeout: CallTimeout = 60.0,
    reasoner: Annotated[Thinking | None, typer.Option(help="Instead of the deployment's.")] = None,
    persona_model: Annotated[
        str | None, typer.Option(help="A chat model that plays the customers, as provider:name.")
    ] = None,
    persona_base_url: Annotated[str | None, typer.Option(help="The address of its server.")] = None,
    persona_api_key_env: Annotated[str | None, typer.Option(help="The variable with its key.")] = None,
    workers: Workers = None,
    timeout: Timeout = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Leave personal data in reports.")] = False,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write those that went wrong as cases (unmasked).")
    ] = None,
    json: File = None,
) -> None:
    """Let simulated customers talk to the bot, and count what came of it.

    Exit code 0: the bot never did what it may not; 1: it did; 2: a conversation could not be held or scored.
    """
    from hybrid_agent_evals.asking import model_settings
    from hybrid_agent_evals.evaluating import end, opening_of, progress, seconds_for
    from hybrid_agent_evals.simulating.command import Asked, again, hold
    from hybrid_agent_evals.simulating.running import Plan

    opening = opening_of(
        deployment, model_settings(model, base_url, api_key_env, temperature, call_timeout), reasoner
    )
    player = model_settings(persona_model, persona_base_url, persona_api_key_env, temperature, call_timeout)
    plan = Plan(
        opening=opening,
        numbers=tuple(only or range(count)),
        seed=seed,
        words=words,
        at=at,
        shop=shop,
        workers=workers,
        seconds=timeout or seconds_for(opening, patient=player is not None),
        masked=not unmasked,
        player=player,
        command=again(
            deployment=deployment, seed=seed, words=words, shop=shop, model=model, reasoner=reasoner
        ),
    )
    with progress() as tell:
        ended = hold(Asked(plan, json, save), tell)
    end(ended)


@app.command()
def attack(
    *,
    deployment: Deployed = None,
    data: Annotated[Path, typer.Option(help="The folder with the data sets.")] = Path("../shared/data"),
    carriers: Annotated[
        Path | None, typer.Option(help="Where attacks stand, as cases with {attack} in them.")
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Only so many, spread over all.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this one of them; repeatable.")] = None,
    seed: Seed = 0,
    workers: Workers = None,
    json: File = None,
) -> None:
    """Attack the bot in messages, tickets, records and articles, with detection on and off.

    Exit code 0: no attack got anything; 1: one did; 2: an attack could not be tried.
    """
    from hybrid_agent_evals.attacking.running import Wanted, write
    from hybrid_agent_evals.attacking.running import attack as run
    from hybrid_agent_evals.evaluating import end, progress
    from hybrid_agent_evals.suite.opening import deployment_file

    wanted = Wanted(deployment_file(deployment), data, carriers, count, only or (), seed, workers)
    with progress() as tell:
        report = run(wanted, tell)
    typer.echo(write(report, json))
    end(report.exit_code)


@app.command()
def schema() -> None:
    """Print the JSON schema of case files, for editors that complete and check YAML."""
    from json import dumps

    from hybrid_agent_evals.cases.models import CaseFile

    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    typer.echo(dumps(CaseFile.model_json_schema() | dialect, indent=2))
