"""`hybrid-agent chat`: in a terminal, or line by line for programs."""

import secrets
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.caller import Caller
from hybrid_agent.cli.desk import Desk
from hybrid_agent.cli.model_use import Override, model_use
from hybrid_agent.cli.opening import approver_roles, opened
from hybrid_agent.cli.places import bundled, place_of
from hybrid_agent.session import Session
from hybrid_agent.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Options:
    """Who talks, and who decides; without roles the agent has every role that the catalog names.

    Without a thread a new conversation begins.
    """

    customer: str | None
    agent: str
    roles: Sequence[str] | None
    thread: str | None
    override: Override


def lines(deployment: Path | None, state: Path | None, options: Options) -> None:
    """Serve stdin to stdout, one JSON object a line; whatever else is printed goes to stderr."""
    from hybrid_agent.cli.jsonl import Counter, serve

    sink, place = sys.stdout.buffer, place_of(deployment, state)
    use = model_use(read_settings(place.deployment), options.override)
    with redirect_stdout(sys.stderr), opened(place, use) as session:
        serve(sys.stdin.buffer, sink, Counter(Desk(session), _agent(options, session)))


def terminal(deployment: Path | None, state: Path | None, options: Options) -> None:
    """Talk in the terminal; without a deployment to the sample, as the customer of its demo."""
    from hybrid_agent.cli.commands import NOBODY, Room, Talk
    from hybrid_agent.cli.script import read_script
    from hybrid_agent.cli.showing import console_for
    from hybrid_agent.cli.terminal import converse

    console, place, customer = console_for(), place_of(deployment, state), options.customer
    script = read_script(bundled("demo.yaml"))
    if customer is None and deployment is None:
        customer = script.customer
    settings = read_settings(place.deployment)
    use = model_use(settings, options.override)
    with opened(place, use) as session:
        agent = _agent(options, session)
        console.print(f"{session.deployment.name}: {place.deployment}")
        console.print(str(use))
        console.print(f"Conversations are kept in {place.conversations}")
        console.print(
            f"You decide as {agent.id} ({', '.join(sorted(agent.roles)) or 'no role'}). Type /help."
        )
        if customer in (None, NOBODY):
            console.print("Nobody is signed in. Begin with --customer ID, or type /customer ID.")
        if _has_sample(settings):
            console.print(f"Customer {script.customer} may ask, for example: {script.question}")
        thread = options.thread or f"T-{secrets.token_hex(4)}"
        console.print(f"This is conversation {thread}; to go on with it another time, add --thread {thread}")
        talk = Talk(thread, None if customer == NOBODY else customer)
        converse(Room(Desk(session), agent, console), talk)


def _has_sample(settings: Settings) -> bool:
    """Whether a connected system is filled with the made-up customers of the sample."""
    return any(each.get("sample") is True for each in settings.systems.values())


def _agent(options: Options, session: Session) -> Caller:
    return Caller.staff(options.agent, *(options.roles or approver_roles(session.deployment)))
