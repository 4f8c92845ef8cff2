"""Who gets in where: every address that LangGraph's server has, asked by everybody who should not be there.

`EXPECTED` is written by hand and not derived from the rules, so that an address that appears with a new
version of the server, or a rule that is loosened, fails here until somebody has thought about it.
"""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import pytest_asyncio
from server_kit import Served, client_for, environment

from hybrid_agent.serving.people import Role

pytest_plugins = ["server_kit"]

OPEN, CHATTERS, TALKING, AGENTS, ADMINS = "open", "customers", "customers and agents", "agents", "admins"

EXPECTED: Mapping[str, str] = {
    "GET /": OPEN,
    "GET /ok": OPEN,
    "GET /info": OPEN,
    "GET /docs": OPEN,
    "GET /openapi.json": OPEN,
    "POST /threads": CHATTERS,
    "POST /threads/search": TALKING,
    "POST /threads/count": TALKING,
    "GET /threads/{thread_id}": TALKING,
    "GET /threads/{thread_id}/state": TALKING,
    "GET /threads/{thread_id}/history": TALKING,
    "POST /threads/{thread_id}/history": TALKING,
    "POST /threads/{thread_id}/runs": TALKING,
    "POST /threads/{thread_id}/runs/stream": TALKING,
    "POST /threads/{thread_id}/runs/wait": TALKING,
    "GET /threads/{thread_id}/runs": TALKING,
    "GET /threads/{thread_id}/runs/{run_id}": TALKING,
    "GET /threads/{thread_id}/runs/{run_id}/join": TALKING,
    "GET /threads/{thread_id}/runs/{run_id}/stream": TALKING,
    "GET /threads/{thread_id}/state/{checkpoint_id}": AGENTS,
    "POST /threads/{thread_id}/state/checkpoint": AGENTS,
    "POST /assistants/search": AGENTS,
    "POST /assistants/count": AGENTS,
    "GET /assistants/{assistant_id}": AGENTS,
    "GET /assistants/{assistant_id}/graph": AGENTS,
    "GET /assistants/{assistant_id}/schemas": AGENTS,
    "GET /assistants/{assistant_id}/subgraphs": AGENTS,
    "DELETE /threads/{thread_id}": ADMINS,
}

CLOSED = """
DELETE /a2a/{assistant_id}                       POST /assistants/{assistant_id}/latest
DELETE /a2a/{assistant_id}/                      POST /assistants/{assistant_id}/versions
DELETE /assistants/{assistant_id}                POST /deploy
DELETE /mcp                                      POST /internal/truncate
DELETE /runs/crons/{cron_id}                     POST /mcp
DELETE /store/items                              POST /runs
DELETE /threads/{thread_id}/runs/{run_id}        POST /runs/batch
GET /.well-known/agent-card.json                 POST /runs/cancel
GET /a2a/{assistant_id}                          POST /runs/crons
GET /a2a/{assistant_id}/                         POST /runs/crons/count
GET /a2a/{assistant_id}/.well-known/agent-card.json
GET /a2a/{assistant_id}/.well-known/agent.json   POST /runs/crons/search
GET /assistants/{assistant_id}/subgraphs/{namespace}
GET /deploy                                      POST /runs/stream
GET /deploy/{operation_id}/stream                POST /runs/wait
GET /internal/debug/thread/{thread_id}           POST /store/items/search
GET /mcp                                         POST /store/namespaces
GET /metrics                                     POST /threads/prune
GET /runs/crons/{cron_id}                        POST /threads/{thread_id}/commands
GET /store/items                                 POST /threads/{thread_id}/copy
GET /threads/{thread_id}/storage                 POST /threads/{thread_id}/runs/crons
GET /threads/{thread_id}/stream                  POST /threads/{thread_id}/runs/{run_id}/cancel
PATCH /assistants/{assistant_id}                 POST /threads/{thread_id}/state
PATCH /runs/crons/{cron_id}                      POST /threads/{thread_id}/stream/events
PATCH /threads/{thread_id}                       POST /ui/{graph_id}
POST /a2a/{assistant_id}                         PUT /store/items
POST /a2a/{assistant_id}/                        WEBSOCKET /threads/{thread_id}/stream/events
POST /assistants                                 WEBSOCKET /ui
"""
"""What nobody reaches, whoever they are."""

ASSISTANT = "a76bea17-1a15-53a6-bfc6-e12c619f641d"
SOME_ID = "1f0d3c5e-0000-6000-8000-000000000000"
RUN = {"assistant_id": "support", "input": {"messages": [{"type": "human", "content": "hello"}]}}
ASKED = {"assistant_id": "support", "input": {"messages": []}}


def closed() -> list[str]:
    """The closed addresses, one by one."""
    words = CLOSED.split()
    return [f"{method} {path}" for method, path in zip(words[::2], words[1::2], strict=True)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(served: Served) -> Mapping[str, str]:
    """A conversation of C-1001 with a run in it: what the places in an address stand for."""
    async with client_for(served, served.customer("C-1001")) as customer:
        thread = (await customer.threads.create())["thread_id"]
        await customer.runs.wait(thread, "support", input=RUN["input"])
        run = (await customer.runs.list(thread))[0]["run_id"]
    known = {"thread_id": thread, "run_id": run, "assistant_id": ASSISTANT}
    return (
        dict.fromkeys(("checkpoint_id", "cron_id", "operation_id", "graph_id", "namespace"), SOME_ID) | known
    )


async def statuses(*asked: Any, **more: Any) -> dict[str, int]:
    """With what status each address answers, asked as by `answers`."""
    return {address: answer.status_code for address, answer in (await answers(*asked, **more)).items()}


async def answers(
    served: Served,
    token: str | None,
    addresses: list[str],
    talk: Mapping[str, str],
    *,
    near: str = "127.0.0.1",
    run: Mapping[str, Any] = RUN,
) -> dict[str, httpx.Response]:
    """What each address answers somebody who calls from this machine's address `near`."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.AsyncHTTPTransport(local_address=near)
    found = {}
    async with httpx.AsyncClient(
        base_url=served.url, headers=headers, transport=transport, timeout=60
    ) as client:
        for address in addresses:
            method, _, path = address.partition(" ")
            upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"} | WEBSOCKET
            found[address] = await client.request(
                "GET" if method == "WEBSOCKET" else method,
                path.format_map(talk),
                json=_body(path, run) if method in ("POST", "PUT", "PATCH") else None,
                headers=upgrade if method == "WEBSOCKET" else {},
            )
    return found


WEBSOCKET = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": base64.b64encode(b"0" * 16).decode()}


def _body(path: str, run: Mapping[str, Any]) -> Any:
    return run if path.endswith(("/runs", "/wait", "/stream")) else {}


def those(*kinds: str) -> list[str]:
    """The addresses that are open to these."""
    return [address for address, kind in EXPECTED.items() if kind in kinds]


def test_every_address_has_a_rule(tmp_path: Path) -> None:
    """Every address of the installed server is expected to be open to somebody, or closed."""
    env = environment(tmp_path) | {
        "DATABASE_URI": ":memory:",
        "REDIS_URI": "fake",
        "MIGRATIONS_PATH": "__inmem",
        "LANGGRAPH_RUNTIME_EDITION": "inmem",
        "LANGSMITH_LANGGRAPH_API_VARIANT": "local_dev",
        "LANGSMITH_TRACING": "false",
    }
    script = Path(__file__).with_name("langgraph_routes.py")
    listed = subprocess.run(
        [sys.executable, str(script)], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert sorted(set(listed.stdout.splitlines())) == sorted({*EXPECTED, *closed()})


async def test_closed(served: Served, talk: Mapping[str, str]) -> None:
    """What is closed is closed to everybody: nobody, the customer, an agent, an admin."""
    for token in (
        None,
        served.customer("C-1001"),
        served.staff("noor"),
        served.staff("ada", Role.ADMIN),
    ):
        found = await statuses(served, token, closed(), talk)
        assert {address for address, status in found.items() if status not in (403, 404)} == set()
        assert found["POST /internal/truncate"] == found["POST /deploy"] == 404


async def test_open(served: Served, talk: Mapping[str, str]) -> None:
    """What needs no token answers without one."""
    assert set((await statuses(served, None, those(OPEN), talk)).values()) == {200}


@pytest.mark.parametrize(
    ("whose", "near"),
    [
        ("nobody's", "127.0.1.1"),
        ("an expired one", "127.0.1.2"),
        ("a tampered one", "127.0.1.3"),
        ("an unsigned one", "127.0.1.4"),
        ("one for somebody else", "127.0.1.5"),
        ("a tampered session", "127.0.1.6"),
    ],
)
async def test_credentials(served: Served, talk: Mapping[str, str], whose: str, near: str) -> None:
    """Without a token that counts nobody gets in anywhere, C-1001's own conversation included."""
    token = _bad(served, whose)
    found = await statuses(served, token, those(CHATTERS, TALKING, AGENTS, ADMINS), talk, near=near)
    assert set(found.values()) == {401}, found


def _bad(served: Served, whose: str) -> str | None:
    good = served.customer("C-1001")
    head, claims, mark = good.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    match whose:
        case "an expired one":
            return served.customer("C-1001", iat=told["iat"] - 7200, exp=told["iat"] - 3600)
        case "a tampered one":
            return ".".join((head, _segment(told | {"sub": "C-1002"}), mark))
        case "an unsigned one":
            return ".".join((_segment({"alg": "none", "typ": "JWT"}), claims, ""))
        case "one for somebody else":
            return served.customer("C-1001", aud="another-shop")
        case "a tampered session":
            return served.staff("ada", Role.ADMIN)[:-2] + "xx"
    return None


def _segment(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def test_wrong_kind(served: Served, talk: Mapping[str, str]) -> None:
    """Whom an address is not for is turned away: viewers everywhere, others where they have no part."""
    for token, addresses in (
        (served.staff("vera", Role.VIEWER), those(CHATTERS, TALKING, AGENTS, ADMINS)),
        (served.customer("C-1001"), those(AGENTS, ADMINS)),
        (served.visitor(), those(AGENTS, ADMINS)),
        (served.staff("noor"), those(CHATTERS, ADMINS)),
        (served.staff("sam", Role.SUPERVISOR), those(CHATTERS, ADMINS)),
        (served.staff("ada", Role.ADMIN), those(CHATTERS)),
    ):
        found = await statuses(served, token, addresses, talk)
        assert set(found.values()) == {403}, found


async def test_others_conversation(served: Served, talk: Mapping[str, str]) -> None:
    """For another customer and for a visitor C-1001's conversation is not there, and has no runs."""
    inside = [each for each in those(TALKING) if "{thread_id}" in each]
    for token in (served.customer("C-1002"), served.visitor()):
        for address, answer in (await answers(served, token, inside, talk)).items():
            if answer.status_code != 404:  # A stream has begun before it is found that there is none.
                assert answer.text.strip() == "[]" or answer.text.startswith("event: error"), address
            assert "hello" not in answer.text
            assert talk["run_id"] not in answer.text


async def test_those_meant(served: Served, talk: Mapping[str, str]) -> None:
    """Whom an address is for gets in: the customer, an agent, and an admin, who may remove a conversation."""
    inside = [each for each in those(CHATTERS, TALKING) if not each.endswith("/runs/{run_id}/stream")]
    customer, looking, asking = await asyncio.gather(
        statuses(served, served.customer("C-1001"), inside, talk),
        statuses(served, served.staff("noor"), those(AGENTS), talk),
        statuses(served, served.staff("noor"), inside[1:], talk, run=ASKED),
    )
    assert set(customer.values()) == {200}, customer
    assert set(looking.values()) <= {200, 422}, looking
    assert set(asking.values()) == {200}, asking
    async with client_for(served, served.customer("C-1001")) as client:
        thread = (await client.threads.create())["thread_id"]
    gone = await statuses(
        served, served.staff("ada", Role.ADMIN), those(ADMINS), {**talk, "thread_id": thread}
    )
    assert set(gone.values()) == {204}
