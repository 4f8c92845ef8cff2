"""One conversation of a case on the graph: messages, decisions, taking over, as the apps of users do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hybrid_agent import Caller
from hybrid_agent.cli.opening import approver_roles
from hybrid_agent.session import Session
from hybrid_agent.session import Turn as Ran
from hybrid_agent.state import Evidence, Request
from hybrid_agent.usage import Usage
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.playing.record import DIGITS, Asked, Cited, Ground, PlayedTurn, Served, Shown
from hybrid_agent_evals.playing.wording import policies_in, wording_of


@dataclass(slots=True)
class Chat:
    """One thread, with what staff were shown first and last."""

    session: Session
    thread: str
    name: str
    customer: str
    first: tuple[Mapping[str, Any], ...] = ()
    last: tuple[Mapping[str, Any], ...] = ()
    spent: Usage = field(default_factory=Usage)

    async def play(self, turn: Turn, place: int) -> PlayedTurn:
        """A turn of a customer or of staff."""
        if turn.customer is not None:
            return await self._say(turn, place)
        return await self._act(turn)

    async def _say(self, turn: Turn, place: int) -> PlayedTurn:
        who = turn.signed_in or self.customer
        caller = Caller.anonymous() if who == NOBODY else Caller.customer(who)
        said = str(turn.customer)
        ran = await self.session.send(self.thread, said, caller, message_id=f"{self.thread}-{place}")
        seen = await self._seen("customer", said, ran)
        return seen.model_copy(update={"customer": caller.customer_id, "means": turn.means})

    async def _act(self, turn: Turn) -> PlayedTurn:
        roles = approver_roles(self.session.deployment) if turn.roles is None else turn.roles
        person = Caller.staff(turn.by or "agent", *roles)
        deed = f"{turn.agent} by {person.id}" + (f": {turn.says}" if turn.says else "")
        if turn.agent == "release":
            await self.session.release(self.thread, person)
            return PlayedTurn(by="staff", said=deed, chat=self.name, deed=turn.agent)
        shown = self.first if turn.stale else self.last
        if turn.agent == "take_over" and not shown:
            await self.session.take_over(self.thread, person)
            return PlayedTurn(by="staff", said=deed, chat=self.name, deed=turn.agent)
        forms = [_form(turn, approval) for approval in shown]
        seen = await self._seen("staff", deed, await self.session.decide(self.thread, forms, person))
        return seen.model_copy(update={"deed": turn.agent})

    async def _seen(self, by: str, said: str, ran: Ran) -> PlayedTurn:
        self.last = tuple(ran.approvals)
        self.first = self.first or self.last
        state = (await self.session.graph.aget_state({"configurable": {"thread_id": self.thread}})).values
        evidence = (*state.get("evidence", ()), *policies_in(state, self.session.deployment))
        question = ran.served.question
        return PlayedTurn(
            by=by,
            said=said,
            chat=self.name,
            reply=ran.reply.text if ran.reply else "",
            cites=tuple(
                Cited(number=each.number, title=each.title, url=each.url)
                for each in (ran.reply.citations if ran.reply else ())
            ),
            status=ran.status,
            nodes=tuple(step.node for step in ran.trail),
            intents={name: round(sure, DIGITS) for name, sure in ran.served.intents.items()},
            asked=question
            and Asked(kind=question.kind, slot=question.slot, options=tuple(question.options.values())),
            pending=tuple(_shown(each) for each in ran.approvals),
            notices=tuple(ran.notices),
            reasons=ran.served.reasons,
            grounds=tuple(_ground(each) for each in evidence),
            served=tuple(_served(each) for each in state.get("requests", ())),
            wording=wording_of(state, self.session.deployment),
            usage=self._since(ran),
        )

    def _since(self, ran: Ran) -> Usage:
        """What this run took: a decision continues the turn before, whose calls were counted then."""
        before, now = self.spent, ran.served.total
        if now.calls < before.calls:
            return Usage()
        self.spent = now
        return Usage(
            calls=now.calls - before.calls,
            tokens_in=now.tokens_in - before.tokens_in,
            tokens_out=now.tokens_out - before.tokens_out,
            seconds=now.seconds - before.seconds,
            cost=None if now.cost is None else now.cost - (before.cost or 0),
        )


def _form(turn: Turn, approval: Mapping[str, Any]) -> dict[str, Any]:
    form = {
        "type": turn.agent,
        "approval_id": approval["id"],
        "digest": approval["digest"],
        "message": turn.says or "",
    }
    if turn.agent != "edit":
        return form
    return form | {"edited_action": {"name": approval["operation"], "args": dict(turn.arguments or {})}}


def _shown(approval: Mapping[str, Any]) -> Shown:
    payload = approval["payload"]
    return Shown(operation=approval["operation"], arguments=payload["arguments"], summary=approval["summary"])


def _ground(item: Evidence) -> Ground:
    return Ground(
        kind=item.kind,
        name=item.name,
        source=item.source,
        title=item.title,
        url=item.url,
        text=item.text,
        data=item.data,
    )


def _served(request: Request) -> Served:
    slots = {name: slot.value for name, slot in request.slots.items()}
    return Served(intent=request.intent, phase=request.phase, slots=slots)
