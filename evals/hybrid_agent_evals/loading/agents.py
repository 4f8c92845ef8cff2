"""The agent of the benchmark: rejects refunds on the console, and waits until the customer's page tells."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from hybrid_agent.records import Records, approvals
from hybrid_agent_evals.loading.customers import Visitor, arrive
from hybrid_agent_evals.loading.server import Site

if TYPE_CHECKING:
    from httpx2 import AsyncClient

CUSTOMER, WISH = "C-1001", "I want a refund for order 1003, it arrived broken"
TOLD_WITHIN = 30.0
PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: its request's id, and the seconds until the customer's page tells (None: it never did)."""

    request: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Agent:
    """Who decides, with their token and the records in which the approvals are looked up."""

    client: "AsyncClient"
    site: Site
    token: str
    records: Records

    async def work(self, until: float) -> tuple[list[Decision], list[Visitor]]:
        """Decide one refund after the other until that time (`time.monotonic`)."""
        decided, visitors = list[Decision](), list[Visitor]()
        while time.monotonic() < until:
            visitor = await arrive(self.client, self.site, CUSTOMER)
            visitors.append(visitor)
            page = asyncio.create_task(visitor.page.stay())
            try:
                decided += await self._one(visitor)
            finally:
                page.cancel()
            await asyncio.sleep(PAUSE)
        return decided, visitors

    async def _one(self, visitor: Visitor) -> list[Decision]:
        await visitor.page.ready.wait()
        await visitor.say(WISH)
        async with self.records.read() as connection:
            pending = await approvals.pending(connection, now=datetime.now(UTC), thread=visitor.page.thread)
        if not pending or not await visitor.page.until(2, TOLD_WITHIN):
            return []
        request, began = uuid4().hex, time.time()
        form = {"type": "reject", "approval": pending[0].id, "digest": pending[0].digest, "message": "No."}
        headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": request}
        address = f"/console/cases/{visitor.page.thread}/decide"
        await self.client.post(address, data=form, headers=headers)
        if not await visitor.page.until(3, TOLD_WITHIN):
            return [Decision(request, None)]
        return [Decision(request, visitor.page.came[2][1] - began)]
