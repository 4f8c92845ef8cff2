"""Log lines: as JSON where asked for, each once, with ids and without personal data."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from graph_kit import Stage
from observing_kit import watched

from hybrid_agent.serving.observing.logs import set_up_logs, without_query
from hybrid_agent.serving.settings.observing import LogForm, Observing

pytest_plugins = ["graph_fixtures"]

STEPS = [structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level, structlog.stdlib.ExtraAdder()]


@pytest.fixture
def written(pytestconfig: pytest.Config) -> Iterator[io.StringIO]:
    """What a handler on the root logger writes that is set up as LangGraph's server sets up its own."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    last = structlog.processors.KeyValueRenderer()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            foreign_pre_chain=STEPS,
        )
    )
    root = logging.getLogger()
    plugin: Any = pytestconfig.pluginmanager.getplugin("logging-plugin")
    shared = {each: each.formatter for each in (plugin.caplog_handler, plugin.report_handler)}
    before, level, access = root.handlers[:], root.level, logging.getLogger("uvicorn.access").filters[:]
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    yield stream
    root.handlers[:] = before
    for each, formatter in shared.items():  # pytest puts its own handlers on the logger for each test
        each.setFormatter(formatter)
    root.setLevel(level)
    logging.getLogger("uvicorn.access").filters[:] = access


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The JSON lines."""
    return [json.loads(each) for each in stream.getvalue().splitlines()]


def server_logger(name: str) -> Any:
    """A logger as LangGraph's server has them."""
    return structlog.wrap_logger(
        logging.getLogger(name),
        processors=[*STEPS[:2], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )


async def test_a_run_is_one_line_with_its_ids(stage: Stage, written: io.StringIO) -> None:
    """One line tells how the run ended, with the request, the run and the conversation that it belongs to."""
    seen = watched(stage, Observing(logs=LogForm.JSON))
    config: Any = {"configurable": {"thread_id": "t"}, "metadata": {"request_id": "request-7"}}
    await seen.stage.graph.ainvoke({"messages": [("human", "Where is my order 1001?")]}, config)
    (line,) = [each for each in lines(written) if each["event"].startswith("a run ended")]
    assert (line["level"], line["request_id"], line["thread_id"]) == ("info", "request-7", "t")
    assert line["run_id"] and line["ms"] >= 0


def test_what_others_log_is_masked_and_not_doubled(stage: Stage, written: io.StringIO) -> None:
    """Lines of the server and of other packages keep their ids and lose what is personal, and come once."""
    for _ in range(2):
        set_up_logs(LogForm.JSON, stage.deployment.redactor)
    thread = "01a2094b-774b-700a-aade-d7668c8c2ee1"
    server_logger("langgraph_api.worker").info("run for anna.berg@example.com", thread_id=thread, ms=7)
    try:
        raise ValueError("no such customer: anna.berg@example.com")
    except ValueError:
        logging.getLogger("another.package").exception("failed", extra={"customer": "anna.berg@example.com"})
    first, second = lines(written)
    assert (first["event"], first["thread_id"], first["ms"]) == ("run for [email]", thread, 7)
    assert second["customer"] == "[email]"
    assert "anna" not in written.getvalue()


@pytest.mark.parametrize("form", list(LogForm))
def test_a_request_is_told_by_its_route(form: LogForm, stage: Stage, written: io.StringIO) -> None:
    """LangGraph's access log tells no query, no header and no id in a path, in either form."""
    set_up_logs(form, stage.deployment.redactor)
    server_logger("langgraph_api.server").info(
        "GET /chat/conversations/17/events 200 3ms",
        method="GET",
        path="/chat/conversations/17/events",
        route="/chat/conversations/{id}/events",
        query_string="token=tell-nobody",
        path_params={"id": "17"},
        req_header={"x-secret": "tell-nobody"},
        res_header={},
        status=200,
        latency_ms=3,
    )
    told = written.getvalue()
    assert "GET /chat/conversations/{id}/events 200" in told
    assert "tell-nobody" not in told and "17" not in told


def test_uvicorns_access_log_has_no_query() -> None:
    """What stands behind the question mark may be a token."""
    told = ("127.0.0.1:1", "GET", "/console?token=tell-nobody", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', told, None)
    assert without_query(record)
    assert record.getMessage() == '127.0.0.1:1 - "GET /console HTTP/1.1" 200'


def test_json_lines_without_structlog(stage: Stage, written: io.StringIO) -> None:
    """A server that sets up plain handlers gets the same lines."""
    logging.getLogger().handlers[0].setFormatter(None)
    set_up_logs(LogForm.JSON, stage.deployment.redactor)
    logging.getLogger("another.package").warning(
        "mail to %s failed", "anna.berg@example.com", extra={"tries": 3}
    )
    (line,) = lines(written)
    assert (line["event"], line["level"], line["tries"]) == ("mail to [email] failed", "warning", 3)
    assert line["time"] and line["logger"] == "another.package"
