"""What customers are told where no run of the graph is going on."""

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.guardrails import plain_text
from hybrid_agent.records import Relaxed, messages, ownership
from hybrid_agent.records.messages import TOLD
from hybrid_agent.records.models import Approval, By, Effect, EffectStatus, Said

OUTCOMES = {EffectStatus.UNKNOWN: "outcome_unknown", EffectStatus.SUCCEEDED: "done_meanwhile"}
"""The phrase for how an action ended; where it was not done, it is `not_done`."""


async def notify(
    tx: Relaxed, thread: str, phrase: str, deployment: Deployment, *, mark: str, **values: JsonValue
) -> None:
    """Enter a notice in the transcript, once for each `mark`."""
    await _enter(tx, thread, phrase, deployment, mark, By.NOTICE, values)


async def tell_expired(tx: Relaxed, approval: Approval, deployment: Deployment) -> None:
    """Say that nobody decided in time; the graph knows of it from its next turn on."""
    mark = expiry_mark(approval)
    await _say(tx, approval.thread, "expired", deployment, mark, summary=approval.summary)


async def tell_outcome(tx: Relaxed, effect: Effect, deployment: Deployment) -> None:
    """Say how an action ended that was left unfinished; of what was done the graph tells all when it runs."""
    phrase, mark = OUTCOMES.get(effect.status, "not_done"), f"{TOLD}{effect.status}:{effect.id}"
    if effect.status is EffectStatus.SUCCEEDED:
        await notify(tx, effect.thread, phrase, deployment, mark=mark, summary=effect.summary)
    else:
        await _say(tx, effect.thread, phrase, deployment, mark, summary=effect.summary)


def expiry_mark(approval: Approval) -> str:
    """The mark of the message that an approval has expired, where no run of the graph said so."""
    return f"{TOLD}expired:{approval.id}"


async def _say(
    tx: Relaxed, thread: str, phrase: str, deployment: Deployment, mark: str, **values: JsonValue
) -> None:
    """In the bot's voice, which is part of the conversation from its next turn on, unless a person has it."""
    person = (await ownership.held(tx, thread)).person
    by = By.BOT if person is None else By.NOTICE
    await _enter(tx, thread, phrase, deployment, mark, by, values)


async def _enter(
    tx: Relaxed,
    thread: str,
    phrase: str,
    deployment: Deployment,
    mark: str,
    by: By,
    values: dict[str, JsonValue],
) -> None:
    text = plain_text(render(deployment.phrases[phrase], values))
    await messages.add(tx, thread, [Said(mark=mark, by=by, text=text, at=deployment.clock())])
