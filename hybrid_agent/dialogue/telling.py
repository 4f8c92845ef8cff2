"""What customers are told where no run of the graph is going on."""

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.guardrails import plain_text
from hybrid_agent.records import Relaxed, messages
from hybrid_agent.records.models import By, Said


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
    """Enter a phrase in the transcript, once for each `mark`: as a notice, or in the bot's voice.

    What the bot says here is part of the conversation from its next turn on, and is not said again there.
    """
    text = plain_text(render(deployment.phrases[phrase], values))
    await messages.add(tx, thread, [Said(mark=mark, by=by, text=text, at=deployment.clock())])
