"""Metrics: who may read them, and that they count what happens, once and without names of customers."""

import re

import pytest
from graph_kit import AGENT, REFUND, Stage
from observing_kit import Watched, watched
from prometheus_client.parser import text_string_to_metric_families

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.serving.observing.families import label
from hybrid_agent.serving.settings.observing import MetricsFor, Observing, observing
from hybrid_agent.serving.settings.reading import Variables

pytest_plugins = ["graph_fixtures"]

NEAR = Observing(metrics=MetricsFor.LOOPBACK)
TOKEN = "t" * 32


async def sample(seen: Watched, name: str, **labels: str) -> float | None:
    """The value of a sample on the metrics page."""
    page = (await seen.get("/site/metrics")).text
    found = [
        each.value
        for family in text_string_to_metric_families(page)
        for each in family.samples
        if each.name == name and each.labels == labels
    ]
    return found[0] if found else None


async def test_metrics_count_turns_decisions_and_what_waits(stage: Stage) -> None:
    """Turns by intent and status, approvals that wait, decisions and what they waited are on the page."""
    seen = watched(stage, NEAR)
    await seen.get("/site/metrics")
    turn = await seen.stage.say(REFUND)
    assert await sample(seen, "hybrid_agent_service_approvals_pending") == 1
    asked = {"intent": "refund", "status": "awaiting_approval"}
    assert await sample(seen, "hybrid_agent_service_turns_total", **asked) == 1
    seen.stage.clock.turn(minutes=5)
    await seen.stage.decide(turn.approvals[0], who=AGENT)
    decided = {"operation": "orders.refund", "decision": "approved"}
    assert await sample(seen, "hybrid_agent_service_decisions_total", **decided) == 1
    assert await sample(seen, "hybrid_agent_service_decision_wait_seconds_total", **decided) == 300
    assert await sample(seen, "hybrid_agent_service_approvals_pending") == 0
    assert await sample(seen, "hybrid_agent_service_writes_total", operation="orders.refund") == 1


async def test_an_event_is_counted_once_however_often_it_is_read(stage: Stage) -> None:
    """A scrape while events are new and scrapes after they settled show the same number."""
    seen = watched(stage, NEAR)
    await seen.get("/site/metrics")
    await seen.stage.say("Where is my order 1001?")
    counted = [await sample(seen, "hybrid_agent_service_events_total", kind="received") for _ in range(2)]
    for _ in range(3):
        seen.stage.clock.turn(seconds=61)
        counted.append(await sample(seen, "hybrid_agent_service_events_total", kind="received"))
    await seen.stage.say("Where is my order 1001?", "u")
    counted.append(await sample(seen, "hybrid_agent_service_events_total", kind="received"))
    assert counted == [1, 1, 1, 1, 1, 2]


async def test_nodes_and_calls_are_timed_by_name(stage: Stage) -> None:
    """Every node and every call of a turn is in a histogram; a pause for people is no failure."""
    seen = watched(stage, NEAR)
    turn = await seen.stage.say(REFUND)
    for node in {step.node for step in turn.trail} - {"human_interrupt"}:
        assert await sample(seen, "hybrid_agent_node_seconds_count", node=node, outcome="done"), node
    paused = {"node": "human_interrupt", "outcome": "paused"}
    assert await sample(seen, "hybrid_agent_node_seconds_count", **paused) == 1
    read = {"operation": "orders.get", "outcome": "done"}
    assert await sample(seen, "hybrid_agent_call_seconds_count", **read)
    assert await sample(seen, "hybrid_agent_run_seconds_count", status="awaiting_approval") == 1


async def test_a_requests_path_is_counted_by_its_template(stage: Stage) -> None:
    """What somebody types as a path makes no label of its own."""
    seen = watched(stage, NEAR)
    await seen.get("/site/nothing/anna@example.com")
    page = (await seen.get("/site/metrics")).text
    assert 'hybrid_agent_http_seconds_count{method="GET",route="none",status="404"} 1.0' in page
    assert "anna" not in page


async def test_no_label_names_a_customer_or_a_conversation(stage: Stage) -> None:
    """The page has no thread, no customer and no order on it."""
    seen = watched(stage, NEAR)
    await seen.get("/site/metrics")
    await seen.stage.say(REFUND, "thread-of-anna")
    page = (await seen.get("/site/metrics")).text
    labels = "\n".join(line.rpartition(" ")[0] for line in page.splitlines())
    assert "hybrid_agent_service_turns" in labels
    assert not re.search(r"thread-of-anna|C-1001|1003|anna", labels, re.IGNORECASE)


async def test_metrics_are_for_nobody_unless_it_is_said(stage: Stage) -> None:
    """Without a setting, from elsewhere, through a proxy or without the token there is nothing to be seen."""
    nobody, near, told = Observing(), NEAR, Observing(MetricsFor.TOKEN, TOKEN)
    assert (await watched(stage, nobody).get("/site/metrics")).status_code == 404
    seen = watched(stage, near)
    assert (await seen.get("/site/metrics")).status_code == 200
    assert (await seen.get("/site/metrics", x_forwarded_for="203.0.113.7")).status_code == 404
    seen.near = "203.0.113.7"
    assert (await seen.get("/site/metrics")).status_code == 404
    seen = watched(stage, told)
    assert (await seen.get("/site/metrics")).status_code == 404
    assert (await seen.get("/site/metrics", authorization="Bearer wrong")).status_code == 404
    assert (await seen.get("/site/metrics", authorization=f"Bearer {TOKEN}")).status_code == 200


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("refund", "refund"),
        (None, "none"),
        ("anna@example.com", "other"),
        ("two words", "other"),
        (7, "other"),
    ],
)
def test_a_label_is_a_name_or_other(value: object, shown: str) -> None:
    """Free text never becomes a label."""
    assert label(value) == shown


@pytest.mark.parametrize(
    "given",
    [
        {"HYBRID_AGENT_METRICS": "token"},
        {"HYBRID_AGENT_METRICS_TOKEN": "short"},
        {"HYBRID_AGENT_METRICS": "loopback", "HYBRID_AGENT_METRICS_TOKEN": TOKEN},
        {"HYBRID_AGENT_LOGS": "xml"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"},
    ],
)
def test_a_setting_that_does_not_fit_is_named(given: dict[str, str]) -> None:
    """The message names the variable."""
    read = Variables(given)
    observing(read)
    with pytest.raises(ConfigurationError, match=next(iter(given))):
        read.settle()
