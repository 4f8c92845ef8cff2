"""Whether every message is there once: in its conversation's transcript, and on its page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_agent_evals.loading.customers import Visitor


@dataclass(frozen=True, slots=True)
class Kept:
    """Messages in all transcripts, and how many of them or of those sent are not where they belong once."""

    messages: int
    not_stored: int
    not_shown: int
    doubled: int


async def kept(visitors: Sequence[Visitor]) -> Kept:
    """Compare what was sent, what is on record, and what came on the pages."""
    found = [await _of(each) for each in visitors]
    return Kept(
        sum(each.messages for each in found),
        sum(each.not_stored for each in found),
        sum(each.not_shown for each in found),
        sum(each.doubled for each in found),
    )


async def _of(visitor: Visitor) -> Kept:
    page = visitor.page
    address = f"/chat/conversations/{page.thread}/messages"
    stored = (await visitor.client.get(address, headers=page.headers)).json()["messages"]
    marks = Counter(each["mark"] for each in stored)
    came = Counter(message["id"] for message, _ in page.came)
    on_record = {each["id"] for each in stored}
    return Kept(
        messages=len(stored),
        not_stored=sum(sent.id not in marks for sent in visitor.sent),
        not_shown=len(on_record - came.keys()),
        doubled=sum(count - 1 for count in (*marks.values(), *came.values())),
    )
