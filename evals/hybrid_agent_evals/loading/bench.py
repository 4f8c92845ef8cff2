"""The whole measurement: seed, start, crowd, compare, end."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.loading import records_for
from hybrid_agent.settings import read_settings
from hybrid_agent_evals.loading.agents import Agent, Decision
from hybrid_agent_evals.loading.checking import kept
from hybrid_agent_evals.loading.customers import Visitor, arrive, chat
from hybrid_agent_evals.loading.figures import Crowd, report
from hybrid_agent_evals.loading.lines import runs_in
from hybrid_agent_evals.loading.memory import Sample, look, watch
from hybrid_agent_evals.loading.plan import Bounds, Plan
from hybrid_agent_evals.loading.seeding import seeded
from hybrid_agent_evals.loading.server import Site, failed, prepared, running
from hybrid_agent_evals.speed.questions import questions
from hybrid_agent_evals.speed.report import Report

if TYPE_CHECKING:
    from subprocess import Popen

    from httpx2 import AsyncClient

CUSTOMERS = tuple(f"C-{number}" for number in range(1001, 1051))
"""Who chats: so many that none of them writes more often than a person would."""
SETTLES = 2.0
"""Seconds after the last reply until the pages are compared with the records."""

Tell = Callable[[str], None]


def run(plan: Plan, bounds: Bounds, tell: Tell) -> Report:
    """Measure. Raises ServerFailedError if the server does not start."""
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-load-") as folder:
        site = prepared(Path(folder))
        tell(f"entering {plan.cases} cases ...")
        token = seeded(site, plan.cases)
        tell("starting the server ...")
        with running(site) as process:
            tell(f"process {process.pid} serves {site.url}")
            crowd = _served(plan, site, token, tell, process)
        return report(plan, bounds, crowd, runs_in(site.log), site.kept_mb())


def _served(plan: Plan, site: Site, token: str, tell: Tell, process: "Popen[bytes]") -> Crowd:
    """What came of the crowd. Raises ServerFailedError where the server is gone."""
    import httpx2

    try:
        return asyncio.run(_crowd(plan, site, token, tell))
    except httpx2.TransportError as error:
        ended = process.poll()
        how = "does not answer" if ended is None else f"ended by itself with {ended}"
        raise failed(site, f"the server {how} ({type(error).__name__})") from error


async def _crowd(plan: Plan, site: Site, token: str, tell: Tell) -> Crowd:
    import httpx2

    # Let go of connections before the server does: one that it closes just then looks like a lost answer.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2.0)
    timeout = httpx2.Timeout(60.0, read=None)
    async with AsyncExitStack() as closing:
        client = await closing.enter_async_context(
            httpx2.AsyncClient(base_url=site.url, limits=limits, timeout=timeout)
        )
        quiet, cpu = await _inbox(client, token, plan.inbox)
        tell(f"opening {plan.streams} pages ...")
        visitors = [await arrive(client, site, _customer(number, plan)) for number in range(plan.streams)]
        beside = [asyncio.create_task(each.page.stay()) for each in visitors]
        closing.push_async_callback(_end, beside)
        await asyncio.gather(*(each.page.ready.wait() for each in visitors))
        memory = list[Sample]()
        beside.append(asyncio.create_task(watch(client, memory)))
        tell(f"{plan.customers} customers chat for {plan.minutes:g} minutes ...")
        decisions, told, busy = await _chatting(plan, site, client, token, visitors)
        await asyncio.sleep(SETTLES)
        await _end(beside)
        everybody = [*visitors, *told]
        sent = [each for visitor in visitors for each in visitor.sent]
        return Crowd(sent, decisions, quiet, cpu, busy, memory, await kept(everybody), everybody)


def _customer(number: int, plan: Plan) -> str:
    """Who chats has orders; each who only looks on is somebody else."""
    return CUSTOMERS[number % len(CUSTOMERS)] if number < plan.customers else f"looks-on-{number}"


async def _chatting(
    plan: Plan, site: Site, client: "AsyncClient", token: str, visitors: Sequence[Visitor]
) -> tuple[list[Decision], list[Visitor], list[float]]:
    """Everybody at once, until the time is over: decisions, their customers, and the inbox meanwhile."""
    until = time.monotonic() + plan.minutes * 60
    asked = cycle(questions(site.deployment, 2_000, seed=7))
    records = await asyncio.to_thread(records_for, read_settings(site.deployment), site.deployment.parent)
    try:
        agent = Agent(client, site, token, records)
        chatting = [chat(each, asked, plan.think, until) for each in visitors[: plan.customers]]
        deciding = asyncio.create_task(agent.work(until))
        looking = asyncio.create_task(_inbox_meanwhile(client, token, until))
        await asyncio.gather(deciding, looking, *chatting)
    finally:
        await records.aclose()
    return *deciding.result(), looking.result()


async def _inbox(client: "AsyncClient", token: str, times: int) -> tuple[list[float], float]:
    """Milliseconds of each inbox page, and of processor time on average; the first fills caches."""
    await _one_inbox(client, token)
    before = await look(client)
    took = [await _one_inbox(client, token) for _ in range(times)]
    return took, ((await look(client)).cpu - before.cpu) * 1000 / times


async def _inbox_meanwhile(client: "AsyncClient", token: str, until: float) -> list[float]:
    took = []
    while time.monotonic() < until:
        took.append(await _one_inbox(client, token))
        await asyncio.sleep(min(2.0, max(0.0, until - time.monotonic())))
    return took


async def _one_inbox(client: "AsyncClient", token: str) -> float:
    began = time.perf_counter()
    answer = await client.get("/console", headers={"Authorization": f"Bearer {token}"})
    answer.raise_for_status()
    return (time.perf_counter() - began) * 1000


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
