"""The chat page on the server as it is served: a decision of the staff reaches the customer's page."""

import httpx2 as httpx
import pytest
from browser_kit import Browsing
from playwright.async_api import expect
from server_kit import Orders, Served, client_for

pytest_plugins = ["browser_kit", "server_kit"]
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_decision_reaches_the_page_by_itself(
    served: Served, orders: Orders, open_page: Browsing
) -> None:
    """A customer asks, says yes with a tap, reads that a colleague decides, and then what was decided."""
    order, customer_id = orders.take()
    token = served.customer(customer_id)
    page = await open_page(f"{served.url}/chat#token={token}")
    await expect(page).to_have_url(f"{served.url}/chat")
    await page.get_by_label("Your message").fill(f"Cancel order {order} please")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Yes", exact=True).click()
    await expect(page.locator("#pending")).to_contain_text(order)
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        own = await client.get("/chat/conversations", headers={"Authorization": f"Bearer {token}"})
        thread = own.json()["conversations"][0]["id"]
    async with client_for(served, served.staff("noor")) as agent:
        state = await agent.threads.get_state(thread)
        [shown] = [each["value"] for task in state["tasks"] for each in task["interrupts"]]
        [approval] = [each for each in shown["approvals"] if order in each["summary"]]
        decision = {"type": "approve", "approval_id": approval["id"], "digest": approval["digest"]}
        resume = {"resume": {"decisions": [decision]}}
        await agent.runs.wait(thread, "support", command=resume)  # type: ignore[arg-type]
    await expect(page.locator(".message.bot .text").last).to_contain_text("cancelled")
    await expect(page.locator("#pending")).to_be_hidden()
    await expect(page.locator(".message.customer")).to_have_count(2)
