"""Work that goes on beside the requests, as long as the server does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

log = logging.getLogger(__name__)


@asynccontextmanager
async def beside(**work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run what never ends by itself, each by its name, until the block is left.

    What ends all the same is logged at once with its error, and what is within goes on.
    """
    tasks = {asyncio.create_task(each, name=name.replace("_", " ")) for name, each in work.items()}
    for task in tasks:
        task.add_done_callback(_told)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _told(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        ended = "%s has ended and does not begin again: restart this process"
        log.error(ended, task.get_name(), exc_info=task.exception())
