"""The frame around a real LangGraph server: its own addresses are bounded, and refuse in words, too."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2 as httpx
import pytest
from server_kit import Served

pytest_plugins = ["server_kit"]

LARGE = 10_000_000


@pytest.fixture
async def program(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A program of a customer."""
    headers = {"authorization": f"Bearer {served.customer('C-1001')}", "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, trust_env=False, timeout=20) as client:
        yield client


async def chunks() -> AsyncIterator[bytes]:
    """10 MB whose length nobody says."""
    for _ in range(LARGE // 100_000):
        yield b" " * 100_000


@pytest.mark.parametrize(
    "path", ["/threads/{}/runs", "/threads/{}/runs/wait", "/chat/conversations/{}/messages"]
)
async def test_ten_megabytes_are_refused_everywhere(program: httpx.AsyncClient, path: str) -> None:
    """413 on LangGraph's addresses and on ours, where the length is said beforehand."""
    answer = await program.post(path.format(uuid4()), content=b" " * LARGE)
    assert answer.status_code == 413
    assert answer.json()["title"] == "This is too large"


async def test_a_length_that_nobody_says_is_no_way_around(program: httpx.AsyncClient) -> None:
    """Where it turns out while it is read, the answer is 413, or the connection ends with the rest unread."""
    for path in ("/threads/{}/runs", "/chat/conversations/{}/messages"):
        try:
            status = (await program.post(path.format(uuid4()), content=chunks())).status_code
        except (httpx.ReadError, httpx.WriteError):
            status = 413
        assert status == 413, path


async def test_every_answer_has_a_number(program: httpx.AsyncClient) -> None:
    """LangGraph's answers and ours have the id of their request, the proxy's where it gave one."""
    for path in ("/ok", "/site/health", f"/threads/{uuid4()}/state"):
        answer = await program.get(path, headers={"x-request-id": "from-the-proxy-1"})
        assert answer.headers["x-request-id"] == "from-the-proxy-1"


async def test_the_console_lives_beside_langgraph(program: httpx.AsyncClient, served: Served) -> None:
    """Without a session the console answers with the sign-in page and the headers of every page."""
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as browser:
        page = await browser.get("/console")
    assert page.status_code == 401
    assert "Sign in" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
