"""Traces, sent for real to a collector on this machine."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from graph_kit import REFUND, Stage
from observing_kit import watched
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from hybrid_agent.serving.settings.observing import Observing

pytest_plugins = ["graph_fixtures"]


@dataclass
class Collector:
    """An OTLP collector that keeps what it was sent."""

    address: str
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Any]:
        """Every span, in the order they came."""
        sent = [ExportTraceServiceRequest.FromString(each) for each in self.bodies]
        return [
            span
            for each in sent
            for resource in each.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on loopback."""
    kept = Collector("")

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    kept.address = f"http://127.0.0.1:{server.server_port}/v1/traces"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


def attributes(span: Any) -> dict[str, Any]:
    """A span's attributes as plain data."""
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_run_its_nodes_and_its_calls_are_one_trace(stage: Stage, collector: Collector) -> None:
    """The run is the root, nodes are below it, calls to systems below the node that made them."""
    seen = watched(stage, Observing(traces=collector.address))
    turn = await seen.stage.say("Where is my order 1001?", "0199aaaa-0000-7000-8000-000000000001")
    await seen.observation.aclose()
    spans = {each.span_id: each for each in collector.spans()}
    (root,) = (each for each in spans.values() if not each.parent_span_id)
    assert root.name == f"invoke_agent {stage.deployment.name}"
    assert attributes(root)["gen_ai.conversation.id"] == "0199aaaa-0000-7000-8000-000000000001"
    assert attributes(root)["hybrid_agent.outcome"] == turn.status
    nodes = [each for each in spans.values() if each.parent_span_id == root.span_id]
    assert [each.name for each in sorted(nodes, key=lambda each: each.start_time_unix_nano)] == [
        step.node for step in turn.trail
    ]
    (call,) = (each for each in spans.values() if each.name == "execute_tool orders.get")
    assert spans[call.parent_span_id].name in {"fill_slots", "call_tools"}
    assert {each.trace_id for each in spans.values()} == {root.trace_id}


async def test_nothing_personal_is_in_what_is_sent(stage: Stage, collector: Collector) -> None:
    """Neither what a customer typed, nor who they are, nor what their records say is in the bytes."""
    seen = watched(stage, Observing(traces=collector.address))
    await seen.stage.say(f"{REFUND}. I am Anna Berg, anna.berg@example.com, 4111 1111 1111 1111")
    config: Any = {
        "configurable": {"thread_id": "u"},
        "metadata": {"request_id": "mail anna.berg@example.com"},
    }
    await seen.stage.graph.ainvoke({"messages": [("human", "hello")]}, config)
    await seen.observation.aclose()
    sent = b"".join(collector.bodies)
    assert b"[email]" in sent
    for personal in (b"anna", b"Anna", b"Berg", b"example.com", b"4111", b"C-1001", b"1003", b"refund for"):
        assert personal not in sent, personal


async def test_a_call_that_fails_tells_the_class_of_its_error_alone(
    stage: Stage, collector: Collector
) -> None:
    """What the error says may quote a customer, and stays."""

    class Broken:
        def __getattr__(self, name: str) -> Any:
            async def fail(**_: Any) -> None:
                raise ConnectionError("anna.berg@example.com could not be reached")

            return fail

    seen = watched(stage.using(systems={"orders": Broken()}), Observing(traces=collector.address))
    await seen.stage.say("Where is my order 1001?")
    await seen.observation.aclose()
    failed = [each for each in collector.spans() if each.name.startswith("execute_tool orders.")]
    assert failed and all(attributes(each)["error.type"] == "ConnectionError" for each in failed)
    assert b"could not be reached" not in b"".join(collector.bodies)


async def test_a_collector_that_is_gone_hurts_no_turn(stage: Stage) -> None:
    """Where nobody takes the traces, customers are served as before."""
    seen = watched(stage, Observing(traces="http://127.0.0.1:9/v1/traces"))
    assert (await seen.stage.say("Where is my order 1001?")).reply is not None
    await seen.observation.aclose()


def test_without_an_address_no_tracing_is_imported() -> None:
    """OpenTelemetry's exporter and what uses it here are loaded only where traces go somewhere."""
    code = (
        "import sys, hybrid_agent.serving.observing.observation, hybrid_agent.serving.observing.pages\n"
        "tracing = {'opentelemetry.exporter', 'hybrid_agent.serving.observing.tracing'}\n"
        "sys.exit(not tracing.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
