"""Personal data on every surface: logs, traces, events, stored state, prompts, and other people's screens."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
from graph_kit import ADDRESS, AGENT, ANNA, COLLEAGUE, Clock, Stage, open_stage
from langchain_core.tracers import LangChainTracer
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hybrid_agent import Caller, Deployment
from hybrid_agent.dialogue.deciding.viewing import for_viewer
from hybrid_agent.records.cases import deciders_of
from hybrid_agent.redaction.logs import MaskedRecords, mask_logs
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.settings import RedactionSettings
from hybrid_agent.redaction.tracing import client
from hybrid_agent.slots.personal import id_recogniser, personal_recognisers

pytest_plugins = ["graph_fixtures"]

EMAIL, PHONE, IBAN, LINK = (
    "a.k@firma.example",
    "+49 170 1234567",
    "NL91ABNA0417164300",
    "https://x.example/?token=z9y8x7",
)
CARD, SECRET, SSN = "4111 1111 1111 1111", "Tr0ub4dor&3", "536-90-4399"
STREET, NAME = "Hauptstraße 5", "Anna Keller"
EVERYTHING = (
    f"My name is {NAME}, born on 8/5/1989. {ADDRESS}. Write to {EMAIL} or call {PHONE}, pay to {IBAN}; "
    f"my card is {CARD}, password: {SECRET} and my SSN {SSN}, from 192.168.7.31, see {LINK}"
)
PERSONAL = (EMAIL, PHONE, IBAN, STREET, NAME, "8/5/1989", "192.168.7.31", "z9y8x7")
NEVER_KEPT = (CARD, SECRET, SSN)


@dataclass
class Collector:
    """A place that traces are sent to, and all that it was sent."""

    url: str = ""
    bodies: list[str] = field(default_factory=list)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A LangSmith server on this machine, as far as a client needs it."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            collector.bodies.append(body.decode("utf-8", "replace"))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = _take  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: pytest shows what is written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        collector.url = f"http://127.0.0.1:{server.server_port}"
        yield collector
        server.shutdown()
        thread.join()


@pytest.fixture
def masked_logs() -> Iterator[Redactor]:
    """Logs masked by one redactor, and as they were before when the test ends."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(before.make if isinstance(before, MaskedRecords) else before)
    redactor = Redactor(RedactionSettings(patterns={"customer": r"K-\d{6}"}))
    mask_logs(redactor)
    yield redactor
    logging.setLogRecordFactory(before)


def test_logs_are_masked_with_their_arguments_and_tracebacks(
    masked_logs: Redactor, caplog: pytest.LogCaptureFixture
) -> None:
    """A record of ours has no personal data in its message, arguments or exception; others' are untouched."""
    ours, other = logging.getLogger("hybrid_agent.somewhere"), logging.getLogger("shop.somewhere")
    try:
        raise ValueError(f"cannot write to {EMAIL}")
    except ValueError:
        ours.exception("no answer for %s, who is %s", PHONE, "K-123456")
    other.warning("no answer for %s", PHONE)
    assert "no answer for [phone], who is [private id]" in caplog.text
    assert "ValueError: cannot write to [email]" in caplog.text
    assert EMAIL not in caplog.text and f"no answer for {PHONE}" in caplog.text


def test_logs_are_masked_once_for_deployments_that_are_alike(masked_logs: Redactor) -> None:
    """Loading a deployment again adds no redactor; one with other patterns, recognisers or ids does."""
    mask_logs(Redactor(masked_logs.settings))
    for _ in range(2):
        mask_logs(Redactor())
        mask_logs(Redactor(recognisers=personal_recognisers("US", "en")))
        mask_logs(Redactor(ids=(id_recogniser(r"\d{5}"),)))
    current = logging.getLogRecordFactory()
    assert isinstance(current, MaskedRecords) and len(current.redactors) == 4


def test_a_log_line_that_does_not_fit_its_arguments_fails_nobody(
    masked_logs: Redactor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong `%d` is told as the standard library tells it, without what is personal."""
    log, handler = logging.getLogger("hybrid_agent.somewhere"), logging.StreamHandler()
    monkeypatch.setattr(log, "propagate", False)
    log.addHandler(handler)
    log.warning("%d orders of one", EMAIL)
    log.removeHandler(handler)
    told = capsys.readouterr().err
    assert "Logging error" in told and "[email]" in told and EMAIL not in told


def test_a_log_line_waits_for_no_loading(masked_logs: Redactor, caplog: pytest.LogCaptureFixture) -> None:
    """As long as Presidio is not loaded, a line is masked by form without it."""
    logging.getLogger("hybrid_agent.somewhere").warning("wrote to %s", EMAIL)
    assert "wrote to [email]" in caplog.text and not masked_logs._loaded


async def test_nothing_personal_is_traced(stage: Stage) -> None:
    """Of a turn with every kind of personal value, what a LangSmith server gets has none."""
    deployment = stage.deployment
    with collecting() as collector:
        places = deployment.personal_places()
        sender = client(
            deployment.redactor, places, api_url=collector.url, api_key="none", auto_batch_tracing=False
        )
        config: Any = {"configurable": {"thread_id": "t"}, "callbacks": [LangChainTracer(client=sender)]}
        await stage.graph.ainvoke({"messages": [("user", EVERYTHING)]}, config, context=ANNA)
        await stage.graph.ainvoke({"messages": [("user", "where is order 1002?")]}, config, context=ANNA)
        sender.flush()
        sender.close()
    sent = "\n".join(json.dumps(json.loads(each), ensure_ascii=False) for each in collector.bodies if each)
    assert "call_tools" in sent and "[card" in sent
    assert [value for value in (*PERSONAL, *NEVER_KEPT, "Keller", "Lindenstraße") if value in sent] == []


async def test_secrets_reach_no_store_event_or_reply(
    loaded: Deployment, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Cards, passwords and national ids are nowhere after a turn; nothing personal is in logs and events."""
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
        stage = await open_stage(loaded, tmp_path, saver, clock=Clock())
        streamed = [each async for each in stage.session.stream("t", EVERYTHING, ANNA)]
        await stage.say("I want to talk to a human")
        events = " ".join(each.event.model_dump_json() for each in await stage.happened())
        await stage.aclose()
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir() if each.is_file())
    assert [value for value in NEVER_KEPT if value.encode() in stored or value in str(streamed)] == []
    assert [value for value in (*PERSONAL, *NEVER_KEPT) if value in events or value in caplog.text] == []


async def test_only_who_may_decide_sees_an_approval_as_it_is(stage: Stage) -> None:
    """An approval shows its personal data to a decider's role, and to nobody else, unless a role is named."""
    pending = dict(
        (await stage.say(f"I want a refund for order 1003, it arrived broken. {EMAIL}")).approvals[0]
    )
    deciders, deployment = deciders_of(pending["rules"]), stage.deployment
    visitor = Caller.staff("ben", "viewer")
    assert for_viewer(pending, AGENT, deployment, deciders=deciders) == pending
    shown = json.dumps(for_viewer(pending, visitor, deployment, deciders=deciders), ensure_ascii=False)
    assert EMAIL in json.dumps(pending) and EMAIL not in shown and "Keller" not in shown
    assert pending["id"] in shown and "1003" in shown
    named = replace(deployment, redactor=Redactor(RedactionSettings(unmasked_roles=frozenset({"viewer"}))))
    assert for_viewer(pending, visitor, named, deciders=deciders) == pending


async def test_only_who_has_the_conversation_sees_a_hand_off_as_it_is(stage: Stage) -> None:
    """A packet is masked for staff, but for the one who took the conversation over."""
    await stage.say("where is order 1002?")
    await stage.say(f"I want to talk to a human, I am at {PHONE}")
    packet = cast("dict[str, Any]", (await stage.handed_off())[0].packet)
    deployment = stage.deployment
    shown = json.dumps(for_viewer(packet, COLLEAGUE, deployment, owner=AGENT.id), ensure_ascii=False)
    assert for_viewer(packet, AGENT, deployment, owner=AGENT.id) == packet
    assert PHONE in json.dumps(packet) and PHONE not in shown
    assert "1002" in shown and shown.count("Lindenstraße") == shown.count("Keller") == 0


def test_every_part_of_an_address_slot_is_masked_in_a_packet(loaded: Deployment) -> None:
    """Postcode and city of an address that was given are hidden wherever a packet has them."""
    name, *_ = loaded.personal_places().addresses
    parts = {"line1": "Hauptstraße 5", "city": "Berlin", "postcode": "10117", "country": "DE"}
    entity: Any = {"value": parts, "source": "customer", "said": "10117 Berlin"}
    shown = json.dumps(for_viewer({"entities": {name: entity}}, COLLEAGUE, loaded), ensure_ascii=False)
    assert [part for part in ("Hauptstraße", "Berlin", "10117") if part in shown] == [] and "DE" in shown


async def test_a_conversation_can_be_encrypted_at_rest(loaded: Deployment, tmp_path: Path) -> None:
    """With LangGraph's encrypted serializer a checkpoint shows nothing, and the conversation goes on."""
    serde = EncryptedSerializer.from_pycryptodome_aes(JsonPlusSerializer(), key=b"0123456789abcdef")
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
        saver.serde = serde
        stage = await open_stage(loaded, tmp_path, saver, clock=Clock())
        await stage.say(f"{ADDRESS}. I am at {EMAIL}")
        turn = await stage.say("yes")
        values = await stage.values()
        await stage.aclose()
    stored = b"".join(each.read_bytes() for each in tmp_path.glob("checkpoints.db*"))
    assert turn.reply is not None and values["requests"][0].intent == "change_delivery_address"
    assert EMAIL.encode() not in stored and b"Hauptstra" not in stored
