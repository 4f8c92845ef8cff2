"""The commands and their options; what a command does is imported when it is called."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated, Literal

import typer

from hybrid_agent.cli import kb, staff
from hybrid_agent.cli.failing import NotPossibleError, told
from hybrid_agent.cli.options import Deployed, NoServer, Server, State, Token

GROUP = "hybrid_agent.commands"
"""The entry-point group in which other packages register Typer apps as commands."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        result = application()(list(arguments), prog_name="hybrid-agent", standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception as error:
        return told(error)
    return int(result or 0)


def application() -> typer.Typer:
    """The command line: its own commands, and those that other packages register."""
    app = typer.Typer(
        help="A customer service bot that answers, acts with permission, and hands over to people.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in (chat, demo, serve, sweep, retain, forget, check, init):
        app.command()(command)
    app.add_typer(_prompts(), name="prompts")
    app.add_typer(kb.commands(), name="kb")
    app.add_typer(staff.commands(), name="staff")
    for found in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        _register(app, found)
    return app


def chat(
    *,
    deployment: Deployed = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line, in and out.")] = False,
    customer: Annotated[str | None, typer.Option(help="Who is signed in; '-' for nobody.")] = None,
    agent: Annotated[str, typer.Option(help="The member of staff who decides.")] = "agent",
    role: Annotated[
        list[str] | None, typer.Option(help="A role of theirs; repeatable (without it, all).")
    ] = None,
    thread: Annotated[
        str | None, typer.Option(help="The conversation to go on with (without it, a new one).")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The language model, as provider:name (without it, the deployment's).")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible server for that model.")] = None,
    reasoner: Annotated[
        Literal["local", "llm", "cascade"] | None,
        typer.Option(help="No model; the model; or the model where local is unsure."),
    ] = None,
    state: State = None,
) -> None:
    """Talk to the bot, and decide on the agent's side (type /help)."""
    from hybrid_agent.cli import chat as chatting
    from hybrid_agent.cli.model_use import Override
    from hybrid_agent.settings import Thinking

    override = Override(model, base_url, Thinking(reasoner) if reasoner else None)
    options = chatting.Options(customer, agent, role, thread, override)
    if jsonl:
        chatting.lines(deployment, state, options)
    else:
        chatting.terminal(deployment, state, options)


def demo(
    plain: Annotated[bool, typer.Option("--plain", help="Without colours.")] = False,
) -> None:
    """Watch a session on a fresh copy of the sample: question, change, refund with approval, hand-off."""
    from hybrid_agent.cli import demo as demonstration

    raise typer.Exit(demonstration.play(plain=plain))


def serve(
    *,
    deployment: Deployed = None,
    state: State = None,
    config: Annotated[
        Path | None, typer.Option(help="A langgraph.json (without it, the one here or of the checkout).")
    ] = None,
    host: Annotated[str, typer.Option(help="An IPv4 loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="A free port.", min=1, max=65_535)] = 2024,
) -> None:
    """Serve chat, console and LangGraph's API on this machine; without a deployment, a seeded sample."""
    from hybrid_agent.cli import serve as serving

    serving.serve(deployment, state, config, serving.Address(host, port))


def sweep(deployment: Deployed = None, state: State = None) -> None:
    """Do what is due: recover, expire, remind, and take conversations back from idle people."""
    from hybrid_agent.cli import upkeep

    upkeep.sweep_once(upkeep.Where(deployment, state))


def retain(
    *,
    deployment: Deployed = None,
    state: State = None,
    server: Server = None,
    token: Token = None,
    no_server: NoServer = False,
) -> None:
    """Erase the conversations that were kept for as long as the deployment's `service` says."""
    from hybrid_agent.cli import upkeep

    upkeep.retain_once(upkeep.Where(deployment, state, server, token, no_server))


def forget(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    *,
    deployment: Deployed = None,
    state: State = None,
    server: Server = None,
    token: Token = None,
    no_server: NoServer = False,
    by: Annotated[str, typer.Option(help="Who does it, for the record.")] = "command line",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything personal about a customer, and print the proof."""
    from hybrid_agent.cli import upkeep

    where = upkeep.Where(deployment, state, server, token, no_server)
    raise typer.Exit(upkeep.forget_customer(where, customer, by=by, yes=yes))


def check(
    path: Annotated[Path, typer.Argument(help="A support.yaml or its folder.")] = Path("support.yaml"),
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    ask_model: Annotated[
        bool, typer.Option("--ask-model", help="Ask the language model one short question, too.")
    ] = False,
    schema: Annotated[
        Literal["catalog", "deployment"] | None,
        typer.Option(help="Print the JSON schema of such a file instead."),
    ] = None,
) -> None:
    """Look for mistakes in a deployment and its catalog."""
    from hybrid_agent.cli import check as checking

    if schema:
        raise typer.Exit(checking.print_schema(schema))
    raise typer.Exit(checking.check(path, strict=strict, ask_model=ask_model))


def init(folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")]) -> None:
    """Write a commented deployment to start from."""
    from hybrid_agent.cli import init as starting

    starting.init(folder)


def _prompts() -> typer.Typer:
    app = typer.Typer(help="The prompts for language models.", no_args_is_help=True)
    app.command("list")(list_prompts)
    app.command("show")(show_prompt)
    return app


def list_prompts(deployment: Deployed = None) -> None:
    """List the prompts that a deployment uses: name, SHA-256 of the template, file."""
    from hybrid_agent.cli import prompts

    prompts.show_all(deployment)


def show_prompt(
    name: Annotated[str, typer.Argument(help="As `list` shows it.")],
    deployment: Deployed = None,
    raw: Annotated[bool, typer.Option("--raw", help="The template as it stands in its file.")] = False,
) -> None:
    """Print a prompt as a deployment fills it; what changes in each turn stays a <name>."""
    from hybrid_agent.cli import prompts

    prompts.show(name, deployment, raw=raw)


def _register(app: typer.Typer, found: EntryPoint) -> None:
    """A command that loads its app only when it is called, and leaves every argument to it."""
    settings = {"allow_extra_args": True, "ignore_unknown_options": True}

    def dispatch(context: typer.Context) -> None:
        try:
            loaded = typer.main.get_command(found.load())
        except ImportError as error:
            message = f"the command {found.name} cannot be loaded: {error}\n  Install what it needs."
            raise NotPossibleError(message) from error
        loaded.main(context.args, prog_name=f"hybrid-agent {found.name}", standalone_mode=True)

    about = f"Commands of {found.value.partition(':')[0]}."
    app.command(found.name, help=about, context_settings=settings, add_help_option=False)(dispatch)
