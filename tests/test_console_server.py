"""The console on LangGraph's server: a decision goes through its API and back into the records."""

import httpx2 as httpx
from console_kit import COOKIE, Clerk
from server_kit import Orders, Served, client_for

pytest_plugins = ["server_kit"]


async def test_a_decision_on_the_console_is_carried_out_by_the_server(served: Served, orders: Orders) -> None:
    """A customer asks over the SDK, an agent approves on the page, the shop has done it, both read so."""
    order, customer_id = orders.take()
    async with client_for(served, served.customer(customer_id)) as customer:
        thread = (await customer.threads.create())["thread_id"]
        for text in (f"Cancel order {order} please", "yes"):
            await customer.runs.wait(
                thread, "support", input={"messages": [{"type": "human", "content": text}]}
            )
    cookies, accept = {COOKIE: served.staff("noor")}, {"accept": "text/html"}
    async with httpx.AsyncClient(base_url=served.url, cookies=cookies, headers=accept, timeout=30) as client:
        clerk = Clerk(client)
        assert f"/console/cases/{thread}" in await clerk.read("/console")
        page = await clerk.press(thread, "decide", "approve")
        assert "noor approved" in page.text
        assert "It has been carried out." in page.text
        assert f"Order {order} is cancelled." in page.text
