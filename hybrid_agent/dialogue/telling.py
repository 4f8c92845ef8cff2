"""What customers are told where no run of the graph is going on."""

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.guardrails import plain_text
from hybrid_agent.records import Relaxed, messages
from hybrid_agent.records.messages import TOLD
from hybrid_agent.records.models import Approval, By, Said


async def tell(
    tx: Relaxed,
    thread: str,
    phrase: str,
    deployment: Deployment,
    *,
    mark: str,
    by: By = By.NOTICE,
    **values: JsonValue,
) -> None:
    """Enter a phrase in the transcript, once for each `mark`: as a notice, or in the bot's voice."""
    text = plain_text(render(deployment.phrases[phrase], values))
    await messages.add(tx, thread, [Said(mark=mark, by=by, text=text, at=deployment.clock())])


async def tell_expired(tx: Relaxed, approval: Approval, deployment: Deployment) -> None:
    """Say in the bot's voice that nobody decided in time. The graph knows of it from its next turn on."""
    mark = expiry_mark(approval)
    await tell(tx, approval.thread, "expired", deployment, mark=mark, by=By.BOT, summary=approval.summary)


def expiry_mark(approval: Approval) -> str:
    """The mark of the message that an approval has expired, where no run of the graph said so."""
    return f"{TOLD}expired:{approval.id}"
