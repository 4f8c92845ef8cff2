"""A member of staff in another process: follows a conversation and writes in it while its bot speaks.

`looking_on.py SUPPORT_YAML THREAD AFTER` prints "ready", writes when the bot has spoken AFTER times, and for
an id in its input prints what it was told up to that message: ids and who spoke, as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from hybrid_agent import Caller, load_deployment, voice
from hybrid_agent.deployment import Deployment
from hybrid_agent.records.models import By, Message
from hybrid_agent.serving.live import Feed

NOOR = Caller.staff("noor", "agent")


async def look_on(deployment: Deployment, thread: str, after: int) -> list[tuple[int, str]]:
    """Follow the conversation to the message whose id the input names."""
    feed, told = Feed(deployment.records), list[tuple[int, str]]()
    running = asyncio.create_task(feed.run())
    last = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    async with feed.subscribe(thread) as subscription:
        print("ready", flush=True)
        async for each in subscription:
            if isinstance(each, Message):
                told.append((each.id, each.by.value))
                if [by for _, by in told].count(By.BOT.value) == after and each.by is By.BOT:
                    await voice.say(deployment, thread, "Hello, I am Noor.", NOOR, mark="hello")
            if last.done() and told and told[-1][0] >= int(last.result()):
                break
    running.cancel()
    return told


async def main(support: str, thread: str, after: str) -> None:
    """From a loaded deployment to the lines that are printed."""
    deployment = await asyncio.to_thread(load_deployment, Path(support))
    print(json.dumps(await look_on(deployment, thread, int(after))), flush=True)
    await deployment.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
