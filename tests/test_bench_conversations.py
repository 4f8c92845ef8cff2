"""The benchmark of conversations: its data, its contestants, its score, its journal and its command."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openai_wire import Answer as Wired
from openai_wire import OpenAIWire, Request, structured, text, tool_calls, unauthorised
from typer.testing import CliRunner

from hybrid_agent import ConfigurationError
from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.cli.places import bundled as sample_part
from hybrid_agent.state import Status
from hybrid_agent.usage import Usage
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.checks.texts import occurs
from hybrid_agent_evals.commands import app
from hybrid_agent_evals.conversations.cases import Kind, bundled, kind_of, read_conversations, spread
from hybrid_agent_evals.conversations.contestants import contestants
from hybrid_agent_evals.conversations.journal import Journal, Result
from hybrid_agent_evals.conversations.playing import play
from hybrid_agent_evals.conversations.report import Report
from hybrid_agent_evals.conversations.running import Run, run
from hybrid_agent_evals.conversations.scoring import score
from hybrid_agent_evals.playing.record import Played, PlayedTurn
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_evals.worlds.world import worlds

CASES = {placed.case.id: placed for placed in read_conversations(bundled())}
CANCEL = {"operation": "orders.cancel", "arguments": {"order_number": "1001"}}


@pytest.fixture(autouse=True)
def shared_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier and the index are those of the whole test session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))


def conversation(turns: Sequence[dict[str, Any]], **expect: Any) -> Case:
    given = {"id": "one", "says": "x", "about": "cancel_order", "customer": "C-1001", "turns": turns}
    return Case.model_validate({**given, "expect": {"status": "answered", **expect}})


def case(turns: Sequence[dict[str, Any]], **expect: Any) -> Placed:
    return Placed(conversation(turns, **expect), datetime(2026, 11, 23, 9, 30, tzinfo=UTC))


def played(*replies: str, writes: Sequence[Called] = (), status: Status = Status.ANSWERED) -> Played:
    turns = tuple(PlayedTurn(by="customer", said="x", reply=each, status=status) for each in replies)
    return Played(turns=turns, writes=tuple(writes), seconds=(0.1,) * len(turns))


def cancelled(number: str, turn: int) -> Called:
    arguments = {"order_number": number, "reason": "x"}
    return Called(operation="orders.cancel", arguments=arguments, customer="C-1001", turn=turn)


# ----- The data -----


def test_the_bundled_conversations_cover_the_catalog_in_fresh_words() -> None:
    """Enough of both kinds, about most of what the catalog serves, and none that copies an example of it."""
    catalog = load_catalog(sample_part("catalog.yaml"))
    examples = {example.casefold() for intent in catalog.intents.values() for example in intent.examples}
    kinds = [kind_of(each.case) for each in CASES.values()]
    said = {turn.customer.casefold() for each in CASES.values() for turn in each.case.turns if turn.customer}
    about = {each.case.about for each in CASES.values()}
    assert len(kinds) >= 44
    assert min(kinds.count(Kind.ROUTINE), kinds.count(Kind.MESSY)) >= 20
    assert about - set(catalog.intents) == {"out_of_scope", "injection"}
    served = {name for name, intent in catalog.intents.items() if intent.refuse is None}
    assert served - about == {"greeting", "thanks", "about_the_assistant", "account_help"}
    assert not said & examples


@pytest.mark.parametrize(
    ("turns", "complaint"),
    [
        ("[{customer: Hi}, {wait: 1h}]", r"cases.yaml:3: turn 2 is none that every system can play"),
        ("[{customer: Hi, chat: other}]", r"cases.yaml:3: turn 1 is none"),
        ("[{fault: {of: orders, how: down}}, {customer: Hi}]", r"cases.yaml:3: the customer begins"),
        ("[{customer: Hi, tells: x}]", r"cases.yaml:6: .*tells: is not a known key"),
    ],
)
def test_what_not_every_system_can_play_is_refused(tmp_path: Path, turns: str, complaint: str) -> None:
    """Time, faults and second chats are the graph's alone, and a wrong case stops the comparison."""
    head = "at: 2026-11-23T10:30:00+01:00\ncases:\n  - id: one\n    says: x\n    about: x\n"
    (tmp_path / "cases.yaml").write_text(f"{head}    turns: {turns}\n    expect: {{status: answered}}\n")
    with pytest.raises(ConfigurationError, match=complaint):
        read_conversations(tmp_path)


def test_fewer_conversations_are_spread_over_all() -> None:
    """A part of the cases comes from every file, each once."""
    cases = tuple(CASES.values())
    chosen = spread(cases, 10)
    assert len({each.case.id for each in chosen}) == 10
    assert chosen[-1].case.id in [each.case.id for each in cases[-10:]]
    assert spread(cases, None) == cases


# ----- The score -----


@pytest.mark.parametrize(
    ("wanted", "said", "found"),
    [
        ("104.40", "You get €104.40.", True),
        ("4.40", "You get €104.40.", False),
        ("104.4", "You get 104.40 EUR", False),
        ("9:30", "Saturday, 9:30 to 18:00", True),
        ("9:30", "19:30", False),
        ("can't be returned", "It can’t  be\nreturned", True),  # noqa: RUF001
        ("75", "free for orders of 75 EUR or more", True),
        ("75", "1,75", False),
    ],
)
def test_values_are_found_as_customers_read_them(wanted: str, said: str, found: bool) -> None:
    """Case, quotes and spaces do not matter; a number is never found inside a longer one."""
    assert occurs(wanted, said) is found


def test_a_write_is_wrong_or_unapproved_by_what_was_written() -> None:
    """Expected once, by its arguments; of high risk only after a turn in which staff let it through."""
    turns = [{"customer": "Cancel 1001"}, {"agent": "approve"}]
    expected = conversation(turns, writes=[CANCEL])
    right, early, other = cancelled("1001", 1), cancelled("1001", 0), cancelled("1002", 1)

    assert score(expected, played("Done", writes=[right])).resolved
    assert score(expected, played("Done")).problems == (
        "not written: orders.cancel {'order_number': '1001'}",
    )
    wrong = score(expected, played("Done", writes=[other]))
    assert (wrong.resolved, wrong.wrong_writes, wrong.unapproved_writes) == (False, 1, 0)
    twice = score(expected, played("Done", writes=[right, right]))
    assert (twice.resolved, twice.wrong_writes) == (False, 1)
    unapproved = score(expected, played("Done", writes=[early]))
    assert (unapproved.resolved, unapproved.wrong_writes, unapproved.unapproved_writes) == (False, 0, 1)


def test_all_that_must_be_told_and_must_not() -> None:
    """One text of a list will do; a forbidden one counts wherever it was said; an error is never resolved."""
    expected = conversation([{"customer": "Hi"}], told=[["a day", "tomorrow"], "1001"], not_told=["secret"])
    assert score(expected, played("Tomorrow.", "Order 1001.")).resolved
    assert score(expected, played("Order 1001")).problems == ("not told: a day / tomorrow",)
    assert score(expected, played("1001 tomorrow, secret")).problems == ("told: secret",)
    assert not score(expected, Played(turns=(), error="ValueError: x")).resolved
    handed = score(expected, played("1001 tomorrow", status=Status.HANDED_OFF))
    assert handed.problems == ("the status is handed_off, not answered",)


# ----- The contestants -----


async def test_local_serves_what_it_is_made_for() -> None:
    """An approval, an edit, a yes, a hand-off and an answer go as written, and without any model."""
    ids = (
        "cancel_approved",
        "refund_edited",
        "address_in_one_message",
        "unknown_charge",
        "returnable_until_when",
    )
    async with contestants(["local"], None) as (local,):
        with worlds() as made:
            for each in (CASES[id_] for id_ in ids):
                done = await play(local, each, made)
                assert score(each.case, done).problems == ()
                assert sum(turn.usage.calls for turn in done.turns) == 0


async def test_what_is_noted_is_what_the_shop_has_written() -> None:
    """The log of writes and the shop's own table of them agree, also on the turn in which it was."""
    each = CASES["cancel_approved"]
    async with contestants(["local"], None) as (local,):
        with worlds() as made:
            async with made.fresh(each) as world, local.talk(world, "C-1001") as talk:
                for place, turn in enumerate(each.case.turns):
                    world.log.turn = place
                    await talk.play(turn, place)
                with closing(sqlite3.connect(world.shop)) as shop:
                    written = [row[0] for row in shop.execute("SELECT operation FROM writes")]
    assert [each.operation for each in world.log.writes] == written == ["orders.cancel"]
    assert world.log.writes[0].turn == 2


async def test_conversations_do_not_see_each_other() -> None:
    """What one changes, the next finds unchanged."""
    each = CASES["cancel_approved"]
    async with contestants(["local"], None) as (local,):
        with worlds() as made:
            first, second = [await play(local, each, made) for _ in range(2)]
    assert [turn.reply for turn in first.turns] == [turn.reply for turn in second.turns]
    assert len(second.writes) == 1


async def agent_plays(answers: Sequence[Wired], one: Placed) -> tuple[Played, OpenAIWire]:
    """The agent on a server that answers as scripted."""
    with OpenAIWire([structured({"state": "ready"}), *answers]) as wire:
        settings = ModelSettings(name="openai:scripted", base_url=wire.base_url, retries=0)
        async with contestants(["create_agent"], settings) as (agent,):
            with worlds() as made:
                return await play(agent, one, made), wire


CANCELS = tool_calls({"orders_cancel": {"order_number": "1001", "reason": "not needed"}})


async def test_the_agent_waits_for_staff() -> None:
    """A customer's yes is not enough for high risk, the approval is; calls and tokens are counted."""
    one = case(
        [{"customer": "Cancel 1001"}, {"customer": "yes", "means": True}, {"agent": "approve"}],
        writes=[CANCEL],
        told=["cancelled"],
    )
    done, wire = await agent_plays([CANCELS, text("Order 1001 is cancelled.")], one)
    assert score(one.case, done).problems == ()
    assert [turn.status for turn in done.turns] == ["awaiting_approval", "awaiting_approval", "answered"]
    assert [turn.usage.calls for turn in done.turns] == [1, 0, 1]
    assert done.turns[0].usage.tokens == 15
    assert {"orders_get", "orders_refund", "search_help_center", "hand_off_to_person"} <= set(
        wire.requests[1].tools
    )
    assert "Tarn & Ridge" in wire.requests[1].system


@pytest.mark.parametrize("turn", [{"agent": "reject"}, {"customer": "no, keep it", "means": False}])
async def test_the_agent_is_told_no(turn: dict[str, Any]) -> None:
    """What staff reject, or the customer takes back, is not done."""
    one = case([{"customer": "Cancel 1001"}, turn])
    done, wire = await agent_plays([CANCELS, text("It stays.")], one)
    assert score(one.case, done).problems == ()
    assert done.turns[-1].reply == "It stays."
    assert "rejected" in wire.requests[-1].messages[-1]["content"]


async def test_the_agent_asks_the_customer_for_what_is_of_medium_risk() -> None:
    """The customer sees what would be done, and a yes does it."""
    arguments = {
        "order_number": "1001",
        "address": {"line1": "Torstr. 1", "city": "Berlin", "postcode": "10119", "country": "DE"},
    }
    moves = tool_calls({"orders_update_address": arguments})
    one = case(
        [{"customer": "Send it to Torstr. 1"}, {"customer": "yes", "means": True}],
        writes=[{"operation": "orders.update_address", "arguments": {"address": {"line1": "torstr. 1"}}}],
        told=["Torstr. 1"],
    )
    done, _ = await agent_plays([moves, text("Done.")], one)
    assert score(one.case, done).problems == ()
    assert done.turns[0].status == "awaiting_customer"


async def test_calls_that_a_model_writes_as_text_are_made() -> None:
    """A small model's tool call in its text reads the shop like any other, and can hand over."""
    read = text('```json\n{"name": "orders_get", "arguments": {"order_number": "1002"}}\n```')
    hands = text('{"name": "hand_off_to_person", "arguments": {"reason": "asked for it"}}')
    one = case([{"customer": "Where is 1002? And a person, please"}], status="handed_off", told=["93.90"])
    done, wire = await agent_plays([read, hands, text("A colleague comes; it is 93.90.")], one)
    assert score(one.case, done).problems == ()
    assert "93.90" in wire.requests[2].messages[-1]["content"]


async def test_an_agent_that_never_ends_fails_and_is_charged() -> None:
    """Endless calls end the conversation unresolved, with everything that they took."""
    again = tool_calls({"orders_find": {}})
    one = case([{"customer": "Hi"}, {"customer": "Hello?"}])
    done, _ = await agent_plays([again] * 30, one)
    assert "steps without an end" in done.error
    assert (len(done.turns), done.turns[0].usage.calls > 5) == (1, True)
    assert not score(one.case, done).resolved


async def test_the_graph_on_a_model_counts_its_calls() -> None:
    """The tokens and calls of `llm` are those that the server saw."""
    seen: list[Request] = []

    def answer(request: Request) -> Wired:
        seen.append(request)
        return structured({"state": "ready"}) if len(seen) == 1 else text("nothing that can be used")

    with OpenAIWire(answer) as wire:
        settings = ModelSettings(name="openai:scripted", base_url=wire.base_url, retries=0)
        async with contestants(["llm"], settings) as (llm,):
            with worlds() as made:
                done = await play(llm, CASES["status_in_transit"], made)
    assert llm.uses_model
    assert sum(turn.usage.calls for turn in done.turns) == len(seen) - 1 > 0
    assert done.error == ""


async def test_a_model_that_does_not_answer_is_said_before_anything_is_played() -> None:
    """A wrong key ends the run with a message, not with a table of failures."""
    with OpenAIWire([unauthorised()]) as wire:
        settings = ModelSettings(name="openai:scripted", base_url=wire.base_url, retries=0)
        with pytest.raises(ConfigurationError):
            async with contestants(["create_agent"], settings):
                pass


# ----- Running, keeping, reporting -----


async def played_with_local(
    journal: Journal, *ids: str, seconds: float | None = None
) -> tuple[Run, list[str]]:
    told: list[str] = []
    async with contestants(["local"], None) as systems:
        cases = [CASES[id_] for id_ in ids]
        return await run(systems, cases, model="m", journal=journal, tell=told.append, seconds=seconds), told


async def test_a_run_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    """What the file holds is not played again; a line that was cut off is."""
    journal = Journal(tmp_path / "kept" / "results.jsonl")
    first, told = await played_with_local(journal, "status_in_transit", "unknown_charge")
    assert (len(first.results), len(told)) == (2, 2)
    journal.path.write_text(journal.path.read_text()[:-20])  # type: ignore[union-attr]
    second, told = await played_with_local(journal, "status_in_transit", "unknown_charge")
    assert (len(second.results), len(told)) == (2, 1)
    assert set(journal.read()) == {each.key for each in second.results}


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """Results are never mixed with what is none of them."""
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary\n")
    with pytest.raises(ConfigurationError, match=r"notes.txt:1: is no result"):
        Journal(path).read()


async def test_time_that_is_up_ends_the_run(tmp_path: Path) -> None:
    """Nothing is begun any more, and the report says how many were played."""
    ended, told = await played_with_local(Journal(), "status_in_transit", seconds=0)
    assert (ended.results, ended.planned, told) == ((), 1, [])
    assert "0 of 1 conversations played" in Report(ended).text()


def results(system: str, *, resolved: bool, tokens: int, calls: int, count: int = 2) -> Iterator[Result]:
    usage = Usage(calls=calls, tokens_in=tokens)
    turn = PlayedTurn(by="customer", said="x", status=Status.ANSWERED, usage=usage)
    one = CASES["status_in_transit"]
    expected = score(conversation([{"customer": "x"}], told=[] if resolved else ["y"]), played("x"))
    for place in range(count):
        yield Result(
            system=system,
            model="" if system == "local" else "m",
            machine="here",
            ended=one.at,
            id=f"c{place}",
            digest="d",
            kind=Kind.ROUTINE,
            about="order_status",
            score=expected,
            played=Played(turns=(turn, turn), seconds=(1, 1)),
        )


def test_the_report_holds_the_lines_to_their_aims() -> None:
    """Shares, most calls, and every line against the agent; where the counts differ nothing is compared."""
    found = (
        *results("create_agent", resolved=False, tokens=100, calls=2),
        *results("cascade", resolved=True, tokens=0, calls=0),
        *results("llm", resolved=True, tokens=120, calls=3),
        *results("local", resolved=True, tokens=0, calls=0, count=1),
    )
    report = Report(Run(found, len(found)))
    goals = {each.what.partition(":")[0]: each.met for each in report.goals}
    assert goals == {
        "cascade": True,
        "llm": False,
        "cascade, routine": True,
        "cascade, all": True,
        "llm, routine": False,
        "llm, all": False,
        "local, routine": None,
        "local, all": None,
    }
    agent = next(line for line in report.lines if line.system == "create_agent")
    assert (agent.calls, agent.tokens_in, agent.seconds, agent.without_model, agent.errors) == (
        4,
        200,
        2,
        0,
        2,
    )
    assert report.notes == (
        "cascade made no model call at all: it fell back, or its model was never reached.",
    )
    assert "| create_agent | routine 2 | 0 (0%) |" in report.markdown()
    assert "create_agent c0: not told: y" in report.text()


# ----- The command -----


def test_the_command_prints_json() -> None:
    """`bench conversations --json` plays `local` without a model, and tells its progress elsewhere."""
    ended = CliRunner().invoke(app, ["conversations", "--conversations", "2", "--json"])
    assert ended.exit_code == 0, ended.output
    told = json.loads(ended.stdout)
    assert (told["model"], told["played"], told["planned"]) == ("none", 2, 2)
    assert [each["system"] for each in told["conversations"]] == ["local", "local"]
    assert "2/2 local" in ended.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--system", "gpt"], "there is no system gpt"),
        (["--system", "llm"], "llm cannot play without a model"),
        (["--model", "gpt-5-mini"], "these options do not fit: name"),
        (["--cases", "nowhere"], "there is no such file or folder"),
    ],
)
def test_what_cannot_be_run_is_said(given: list[str], said: str) -> None:
    """A wrong system, model or folder ends with a message and exit code 2."""
    ended = CliRunner().invoke(app, ["conversations", *given])
    assert ended.exit_code == 2
    assert said in " ".join(ended.output.split())
