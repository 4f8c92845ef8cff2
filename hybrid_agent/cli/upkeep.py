"""`hybrid-agent sweep`, `retain` and `forget`: what is to be done at its time, and what must not be kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from hybrid_agent.cli.failing import NOT_AS_EXPECTED, NotPossibleError
from hybrid_agent.cli.opening import conversations_in
from hybrid_agent.cli.places import place_of
from hybrid_agent.cli.remote import on_server
from hybrid_agent.cli.showing import clean, console_for
from hybrid_agent.deployment import Deployment
from hybrid_agent.loading import load_deployment
from hybrid_agent.portal import run_here
from hybrid_agent.upkeep.forgetting import Forgotten, conversations_of, forget
from hybrid_agent.upkeep.memories import Checkpoints, InSqlite
from hybrid_agent.upkeep.retention import retain
from hybrid_agent.upkeep.sweep import Swept, sweep

STAYS = (
    "Kept, because accounts and reviews need it: that an action was proposed, approved, rejected or done, "
    "when and by which member of staff; and that something happened, for the numbers of the service. Without "
    "customer, words, arguments or amounts. The shop's own systems and backups are not touched by this."
)


@dataclass(frozen=True, slots=True)
class Where:
    """A deployment, and where its conversations are: a file, or a LangGraph server that is told with an
    admin's token."""

    deployment: Path | None
    state: Path | None = None
    server: str | None = None
    token: Path | None = None
    no_server: bool = False


@dataclass(frozen=True, slots=True)
class InFile:
    """Checkpoints in a file, and the proof is about no others: a conversation that it lacks is refused."""

    kept: InSqlite
    file: Path

    async def delete(self, threads: Sequence[str]) -> None:
        """Remove these conversations. Raises NotPossibleError where a server may have one of them."""
        if lacking := await self.kept.lacking(threads):
            raise NotPossibleError(
                f"{_conversations(len(lacking))} of {len(threads)} cannot be found in {self.file}\n"
                "  Name the LangGraph server that keeps them with --server and --token; or say --no-server."
            )
        await self.kept.delete(threads)


def sweep_once(where: Where) -> None:
    """Do what is due and say what was done."""
    console = console_for()
    with _deployed(where) as deployment:
        swept = run_here(sweep(deployment))
    for what, ids in _done(swept).items():
        if ids:
            console.print(f"{what}: {', '.join(map(clean, ids))}")
    if not any(_done(swept).values()):
        console.print("Nothing was due.")


def retain_once(where: Where) -> None:
    """Erase what was kept long enough, and say how much."""
    console = console_for()
    with _deployed(where) as deployment, _memories(where) as kept:
        done = run_here(retain(deployment, checkpoints=kept))
    console.print(f"Kept long enough, and erased: {_conversations(done.conversations)}.")
    _list(console, done.changed)


def forget_customer(where: Where, customer: str, *, by: str, yes: bool) -> int:
    """Forget a customer and print the proof; returns 1 where a search still finds something."""
    console = console_for()
    with _deployed(where) as deployment, _memories(where) as kept:
        threads = run_here(conversations_of(deployment, customer))
        console.print(f"Customer {clean(customer)!r} has {_conversations(len(threads))} on record.")
        if not yes and not typer.confirm("Erase what is personal? It cannot be undone."):
            raise NotPossibleError("nothing was changed\n  Answer y, or add --yes.")
        proof = run_here(forget(deployment, customer, checkpoints=kept, by=by))
    _prove(console, proof)
    return NOT_AS_EXPECTED if proof.id_left or proof.values_left else 0


def _done(swept: Swept) -> Mapping[str, Sequence[str]]:
    recovered = swept.recovered
    return {
        "Found done": recovered.settled,
        "Done now": recovered.executed,
        "Handed to a person": recovered.handed_off,
        "Reminded of": swept.reminded,
        "Returned from people who were idle": swept.returned,
    }


def _prove(console: Console, proof: Forgotten) -> None:
    console.print(f"Erased {_conversations(proof.conversations)} with all checkpoints.")
    _list(console, proof.changed)
    console.print(STAYS)
    _searched(console, "The customer's id", proof.id_left)
    if proof.values:
        _searched(console, f"{proof.values} personal values that were on record", proof.values_left)
    if not proof.compact:
        console.print("Another process has the file open, so what was removed is not overwritten yet.")
    console.print(f"On record as an erasure with the fingerprint {proof.fingerprint}.")


def _searched(console: Console, what: str, left: Mapping[str, int]) -> None:
    if not left:
        console.print(f"{what}: looked for in every column that holds text, found in none.")
        return
    console.print(f"{what}: still found, in what belongs to others:")
    _list(console, left)


def _list(console: Console, counts: Mapping[str, int]) -> None:
    for name, count in sorted(counts.items()):
        console.print(f"  {count:>6}  {name.removeprefix('hybrid_agent_')}")


def _conversations(count: int) -> str:
    return "1 conversation" if count == 1 else f"{count} conversations"


@contextmanager
def _deployed(where: Where) -> Iterator[Deployment]:
    deployment = load_deployment(place_of(where.deployment, where.state).deployment)
    try:
        yield deployment
    finally:
        run_here(deployment.aclose())


@contextmanager
def _memories(where: Where) -> Iterator[Checkpoints]:
    if where.server is not None:
        yield on_server(where.server, where.token)
        return
    file = place_of(where.deployment, where.state).conversations
    saver, stack = run_here(conversations_in(file))
    try:
        kept = InSqlite(saver)
        yield kept if where.no_server else InFile(kept, file)
    finally:
        run_here(stack.aclose())
