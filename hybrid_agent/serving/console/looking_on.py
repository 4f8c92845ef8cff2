"""The console's live streams: they say that something changed, and the page reads itself again."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.records import RecordsError
from hybrid_agent.serving.live import Sent, Unreachable, event_stream, still_counts
from hybrid_agent.serving.live.feed import Subscription
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.site import Site

CHANGED: Final = Sent("changed")
AWAY: Final = Sent("away")
"""The records cannot be read just now."""


async def inbox_live(request: Request, site: Site, person: Person) -> Response:
    """An event for each change of any conversation."""
    return _streamed(site, person, site.feed.subscribe_inbox(person.caller.identity))


async def case_live(request: Request, site: Site, person: Person) -> Response:
    """An event for each message and change of one conversation."""
    return _streamed(site, person, site.feed.subscribe(request.path_params["thread"], person.caller.identity))


def _streamed(site: Site, person: Person, subscribing: AbstractAsyncContextManager[Subscription]) -> Response:
    site.feed.expect_room(person.caller.identity)
    return event_stream(_told(subscribing), allowed=partial(still_counts, site.identity, person))


async def _told(subscribing: AbstractAsyncContextManager[Subscription]) -> AsyncGenerator[Sent, None]:
    """One event at the beginning, too: whoever comes again may have missed something."""
    with suppress(RecordsError):
        async with subscribing as subscription:
            yield CHANGED
            async for happening in subscription:
                yield AWAY if isinstance(happening, Unreachable) else CHANGED
