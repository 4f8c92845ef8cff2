"""What the load benchmark says follows from what it saw. The crowd itself is no test: it takes minutes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2 as httpx
import pytest

from hybrid_agent_evals.loading.checking import kept
from hybrid_agent_evals.loading.customers import Sent, Visitor
from hybrid_agent_evals.loading.lines import Run, runs_in
from hybrid_agent_evals.loading.memory import Sample, growth
from hybrid_agent_evals.loading.streams import Page, events_of


def test_a_run_is_put_together_from_the_lines_of_its_request(tmp_path: Path) -> None:
    """The queue's time is in the server's line, the graph's own in ours; a run without an end is left out."""
    lines = [
        {"event": "Starting background run", "run_queue_ms": 620, "request_id": "a"},
        {"event": "a run ended answered", "ms": 31, "request_id": "a"},
        {"event": "Starting background run", "run_queue_ms": 5, "request_id": "b"},
    ]
    log = tmp_path / "server.log"
    log.write_text("\n".join(['no JSON with "request_id"', *map(json.dumps, lines)]), "utf-8")
    assert runs_in(log) == {"a": Run(queued=620, ours=31)}


@pytest.mark.parametrize(("a_minute", "expected"), [(0.0, 0.0), (6.0, 6.0)])
def test_growth_is_measured_after_the_beginning(a_minute: float, expected: float) -> None:
    """What is loaded once in the first half is no growth."""
    sizes = [100.0, 400.0, *(500 + a_minute * number / 12 for number in range(10))]
    samples = [Sample(at=5.0 * number, mb=each, cpu=0) for number, each in enumerate(sizes)]
    assert growth(samples) == pytest.approx(expected)


async def test_a_stream_is_read_event_by_event() -> None:
    """Comments and retry times are no events; an event has its kind, its data and its id."""

    async def sent() -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n: still here\n\nid: 7\nevent: message\nda"
        yield b'ta: {"id": 7}\n\nevent: again\ndata: null\n\n'

    found = [(each.kind, each.data, each.id) async for each in events_of(httpx.Response(200, content=sent()))]
    assert found == [("message", {"id": 7}, "7"), ("again", None, "")]


async def test_lost_and_doubled_messages_are_counted() -> None:
    """A message that is missing in the transcript, missing on the page, or there twice is a finding."""

    def server(request: httpx.Request) -> httpx.Response:
        stored = [{"id": 1, "mark": "m1"}, {"id": 2, "mark": "m1:0"}, {"id": 3, "mark": "m2"}]
        return httpx.Response(200, json={"messages": stored})

    async with httpx.AsyncClient(transport=httpx.MockTransport(server), base_url="http://test") as client:
        page = Page(client, "t", {})
        page.came = [({"id": 1}, 0.0), ({"id": 2}, 0.0), ({"id": 2}, 0.0)]
        visitor = Visitor(client, page, [Sent(mark, 1.0, "answered") for mark in ("m1", "m2", "m3")])
        found = await kept([visitor])
    assert (found.messages, found.not_stored, found.not_shown, found.doubled) == (3, 1, 1, 1)
