"""The agent's desk: decisions on what waits, with the digest that was shown, and taking over."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from langchain_core.runnables import RunnableConfig
from pydantic import JsonValue

from hybrid_agent.caller import Caller
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.records import approvals
from hybrid_agent.records.models import Approval, ApprovalStatus, Taken
from hybrid_agent.records.refusals import expired, not_pending
from hybrid_agent.session import Session, Turn
from hybrid_agent.state import Served, State, Status, Step
from hybrid_agent.usage import Usage

Deed = Literal["approve", "edit", "reject", "respond", "take_over", "release"]
PAUSE: Final = "human_interrupt"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to do. Without `approval_id` the one thing that waits is meant, without `digest`
    what this desk showed of it last; `args` are the arguments that an edit changes."""

    type: Deed
    approval_id: str | None = None
    digest: str | None = None
    operation: str | None = None
    args: Mapping[str, JsonValue] | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as it is stored, and whether it is paused for a person."""

    state: State
    paused: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """A session as people work with it. `shown` is the digest of each approval as it was last shown here."""

    session: Session
    shown: dict[str, str] = field(default_factory=dict)

    async def send(self, thread: str, text: str, caller: Caller, *, message_id: str | None = None) -> Turn:
        """A customer's message; what it leaves waiting counts as shown."""
        turn = await self.session.send(thread, text, caller, message_id=message_id)
        self._note(turn.approvals)
        return turn

    async def stream(self, thread: str, text: str, caller: Caller) -> AsyncIterator[str | Turn]:
        """As `send`, with the reply's pieces before the turn."""
        async for each in self.session.stream(thread, text, caller):
            if isinstance(each, Turn):
                self._note(each.approvals)
            yield each

    async def waiting(self, thread: str | None = None) -> list[Approval]:
        """What waits for a decision, in one conversation or in all; it counts as shown."""
        pending = await self._pending(thread)
        self.shown.update({each.id: each.digest for each in pending})
        return pending

    async def look(self, thread: str) -> Seen | None:
        """The conversation, or None if there was never a message in it."""
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        snapshot = await self.session.graph.aget_state(config)
        return Seen(cast("State", snapshot.values), PAUSE in snapshot.next) if snapshot.values else None

    async def seen(self, thread: str) -> Seen:
        """The conversation. Raises NotPossibleError if there was never a message in it."""
        seen = await self.look(thread)
        if seen is None:
            message = (
                f"there is no conversation {thread!r}\n  Send a message in it first, or correct the thread."
            )
            raise NotPossibleError(message)
        return seen

    async def find(self, start: str) -> Approval:
        """The approval whose id begins so, of what waits anywhere or was shown here; it is not shown by this.

        Raises NotPossibleError if there is none, or more than one.
        """
        waiting = {each.id for each in await self._pending(None)}
        meant = [each for each in sorted({*waiting, *self.shown}) if each.lower().startswith(start.lower())]
        exact = [each for each in meant if each.lower() == start.lower()]
        if len(exact or meant) != 1:
            known = ", ".join(meant or sorted(waiting)) or "nothing"
            raise NotPossibleError(f"{start!r} is not the start of one approval's id; waiting: {known}")
        found = await self._approval((exact or meant)[0])
        if found is None:
            raise NotPossibleError(f"there is no approval {start!r} any more")
        return found

    async def decide(self, thread: str, wish: Wish, person: Caller) -> Turn:
        """Carry out a person's wish. One that does not count leaves a notice and changes nothing.

        Raises NotPossibleError where it is not clear what is meant.
        """
        seen = await self.seen(thread)
        if wish.type == "release":
            return _own(thread, await self.session.release(thread, person), seen)
        if wish.type == "take_over" and wish.approval_id is None and not await self._pending(thread):
            return _own(thread, await self.session.take_over(thread, person), seen)
        approval = await self._meant(thread, wish)
        if not seen.paused:
            return _no_longer(approval, seen)
        form = _form(wish, approval, self._digest(wish, approval))
        turn = await self.session.decide(thread, [form], person)
        self._note(turn.approvals)
        return replace(turn, trail=_since(seen.state.get("trail", []), turn.trail))

    async def _pending(self, thread: str | None) -> list[Approval]:
        deployment = self.session.deployment
        async with deployment.records.read() as connection:
            return await approvals.pending(connection, now=deployment.clock(), thread=thread)

    async def _meant(self, thread: str, wish: Wish) -> Approval:
        if wish.approval_id is None:
            return _only(await self._pending(thread), thread)
        found = await self._approval(wish.approval_id)
        if found is None or found.thread != thread:
            raise NotPossibleError(
                f"there is no approval {wish.approval_id!r} in the conversation {thread!r}"
            )
        return found

    async def _approval(self, approval_id: str) -> Approval | None:
        deployment = self.session.deployment
        async with deployment.records.read() as connection:
            return await approvals.get(connection, approval_id, now=deployment.clock())

    def _digest(self, wish: Wish, approval: Approval) -> str:
        digest = wish.digest or self.shown.get(approval.id)
        if digest is None:
            message = f"approval {approval.id} was not shown here yet\n  Name the digest that was decided on."
            raise NotPossibleError(message)
        return digest

    def _note(self, shown: Any) -> None:
        self.shown.update({each["id"]: each["digest"] for each in shown})


def _only(pending: list[Approval], thread: str) -> Approval:
    if not pending:
        raise NotPossibleError(f"nothing waits for a person in the conversation {thread!r}")
    if len(pending) > 1:
        known = ", ".join(each.id for each in pending)
        raise NotPossibleError(f"several approvals wait in the conversation {thread!r}; name one of {known}")
    return pending[0]


def _form(wish: Wish, approval: Approval, digest: str) -> dict[str, Any]:
    form = {"type": wish.type, "approval_id": approval.id, "digest": digest, "message": wish.message}
    if wish.type != "edit":
        return form
    return form | {"edited_action": {"name": wish.operation or approval.operation, "args": wish.args or {}}}


def _no_longer(approval: Approval, seen: Seen) -> Turn:
    """A decision after the end: nothing is run, and whoever decides hears what stands."""
    refusal = expired(approval) if approval.status is ApprovalStatus.EXPIRED else not_pending(approval)
    status = seen.state["status"]
    return Turn(approval.thread, status, None, _nothing_served(seen), (), notices=(refusal.sentence,))


def _own(thread: str, taken: Taken, seen: Seen) -> Turn:
    """Taking over and giving back run nothing; the bot's own conversation awaits nothing."""
    person = taken.ownership.person
    notice = (
        f"The conversation is {person}'s; the bot is silent." if person else "The bot has the conversation."
    )
    if not taken.done:
        notice = f"The conversation is {person}'s; only they can give it back."
    status = Status.HANDED_OFF if person else Status.ANSWERED
    return Turn(thread, status, None, _nothing_served(seen), (), notices=(notice,))


def _nothing_served(seen: Seen) -> Served:
    return Served(total=seen.state.get("usage", Usage()))


def _since(before: list[Step], now: Any) -> list[Step]:
    """The steps after those that an earlier run of the same turn has shown."""
    steps = list(now)
    return steps[len(before) :] if steps[: len(before)] == before else steps
