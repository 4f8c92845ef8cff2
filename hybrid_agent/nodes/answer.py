"""Puts the points of the turn into words, with the sources under them."""

from collections.abc import Sequence

from hybrid_agent.dialogue.closing.composing import word
from hybrid_agent.dialogue.closing.replying import as_reply
from hybrid_agent.dialogue.facts import declared
from hybrid_agent.dialogue.reasons import BLOCKED, NO_ANSWER
from hybrid_agent.dialogue.saying import standard
from hybrid_agent.nodes.here import Here
from hybrid_agent.records import ownership
from hybrid_agent.state import Sentence, State, Update


async def answer(state: State, here: Here) -> Update:
    """The reply, not yet checked as a whole. Once one did not go out, only the standard words are used."""
    points = state["points"]
    evidence = [*state["evidence"], *declared(here.deployment)]
    if not points:
        return {"reply": None, "sentences": []}
    if state["escalation"] is not None and {BLOCKED, NO_ANSWER} & set(state["escalation"].reasons):
        said = standard(points)
        return {"reply": as_reply(said, evidence), "sentences": said}

    async def tell(sentences: Sequence[Sentence]) -> None:
        async with here.deployment.records.read() as connection:
            owner = await ownership.owner(connection, here.thread)
        if owner.person is None:
            here.tell(as_reply(sentences, evidence).text)

    worded = await word(state, here.deployment, tell)
    return {
        "reply": as_reply(worded.sentences, evidence),
        "sentences": worded.sentences,
        "events": [*state["events"], *worded.events],
    }
