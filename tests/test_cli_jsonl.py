"""`hybrid-agent chat --jsonl`, through the real process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import Pipe, decides, lines_of, run, run_inside, says
from conftest import copy_of_sample

REFUND = "The gas stove arrived broken, I want my money back for order 1003"
ORDER = "Where is my order 1002?"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    return copy_of_sample(tmp_path_factory.mktemp("jsonl") / "sample", cache)


@pytest.fixture(scope="module")
def pipe(deployment: Path) -> Iterator[Pipe]:
    """One process for the tests that need no other; each test has threads of its own."""
    opened = Pipe.open(deployment, deployment.parent / "state")
    yield opened
    assert opened.close() == 0


def test_a_question_is_answered_with_everything_a_program_needs(pipe: Pipe) -> None:
    """One line out says the reply, what was understood, and the sources."""
    (answer,) = pipe.ask(says(ORDER, "q"))
    assert (answer["thread"], answer["status"]) == ("q", "answered")
    assert "1002" in answer["reply"]
    assert answer["intents"] == ["order_status"]
    assert 0.5 < answer["confidence"] <= 1
    assert answer["slots"]["order_number"] == "1002"
    assert answer["citations"][0].keys() == {"number", "title", "url"}
    assert (answer["approval"], answer["handoff"]) == (None, None)
    assert answer["ms"] > 0


def test_decisions_outlive_the_process_and_count_once(deployment: Path, pipe: Pipe) -> None:
    """What one process asked another decides; a decision that is stale, foreign or late changes nothing."""
    (asked,) = pipe.ask(says(REFUND, "r"))
    assert asked["status"] == "awaiting_approval"
    assert asked["approval"]["operation"] == "orders.refund"
    assert asked["approval"]["arguments"]["order_number"] == "1003"
    assert asked["approval"].keys() >= {"id", "digest", "summary", "expires"}
    which = {"approval_id": asked["approval"]["id"], "digest": asked["approval"]["digest"]}
    ended = run(
        *("chat", "--jsonl", "--deployment", deployment, "--state", deployment.parent / "state"),
        given=lines_of(
            [
                decides("approve", "r"),
                decides("approve", "r", **{**which, "digest": "0" * 64}),
                decides("approve", "r", by="eve", roles=["intern"], **which),
                decides("approve", "r", **which),
                decides("approve", "r", **which),
                decides("approve", "r"),
            ]
        ),
    )
    unseen, stale, foreign, done, again, nothing = map(json.loads, ended.stdout.splitlines())
    assert "not shown" in unseen["error"]
    assert (stale["status"], foreign["status"]) == ("awaiting_approval", "awaiting_approval")
    assert stale["notices"]
    assert "eve may not" in foreign["notices"][0]
    assert "RF-" in done["reply"]
    assert [step["node"] for step in done["trail"]][:2] == ["human_interrupt", "execute"]
    assert (again["reply"], again["status"]) == (None, "answered")
    assert "changes nothing" in again["notices"][0]
    assert "nothing waits" in nothing["error"]


def test_a_decision_is_about_what_was_shown_last(pipe: Pipe) -> None:
    """Without id and digest the one thing that waits is meant, as it was shown; an edit is a new action."""
    question = says("Please cancel my order 1001", "c")
    asked, confirmed = pipe.ask(question, says("yes", "c"))
    waiting = next(each for each in (confirmed, asked) if each["approval"])
    assert waiting["status"] == "awaiting_approval"
    (rejected,) = pipe.ask(decides("reject", "c", message="It is packed already."))
    assert rejected["status"] == "answered"
    assert rejected["reply"]
    assert rejected["approval"] is None


def test_a_person_takes_over_and_gives_back(pipe: Pipe) -> None:
    """A hand-off comes with its packet; the bot is silent while a person has the conversation."""
    asked, taken, silent, kept, released, hello = pipe.ask(
        says("I want to talk to a person", "p"),
        decides("take_over", "p", by="noor"),
        says("are you there?", "p"),
        decides("release", "p", by="bob"),
        decides("release", "p", by="noor"),
        says("hello", "p"),
    )
    assert asked["status"] == "handed_off"
    assert asked["handoff"].keys() == {"id", "reasons", "packet"}
    assert asked["handoff"]["packet"]["transcript"]
    assert "noor" in taken["notices"][0]
    assert (silent["reply"], silent["status"]) == (None, "handed_off")
    assert (kept["status"], released["status"]) == ("handed_off", "answered")
    assert hello["reply"]


def test_a_line_repeated_with_its_id_is_the_same_message(pipe: Pipe) -> None:
    """The same message id again gives the same reply, and is not asked a second time."""
    text = "Please deliver order 1001 to Torstraße 5, 10119 Berlin instead"
    first, again, yes = pipe.ask(says(text, "i", id="m1"), says(text, "i", id="m1"), says("no", "i"))
    assert first["status"] == "awaiting_customer"
    assert first["question"]["kind"] == "confirm"
    assert (again["reply"], again["status"]) == (first["reply"], first["status"])
    assert yes["status"] == "answered"


def test_bad_lines_are_answered_and_the_process_goes_on(pipe: Pipe) -> None:
    """Whatever a line holds, it gets one object with its line number, and the next line is served."""
    bad = pipe.ask(
        b"not json",
        b'{"thread": "t", "text": "caf\xe9"}',
        b'{"thread": "t", "text": "raw \x00"}',
        b'{"thread": "t", "text": "\\ud800"}',
        b"[" * 20_000,
        [1],
        {"thread": "t"},
        {"thread": "t", "text": 1},
        {"thread": "", "text": "hello"},
        {"thread": "a\u0000b", "text": "hello"},
        {"thread": "t", "text": "hello", "colour": "red"},
        {"thread": "t", "text": "hello", "decision": {"type": "approve"}},
        {"thread": "t", "decision": {"type": "perhaps"}},
        {"thread": "t", "decision": {"type": "edit"}},
        {"thread": "nowhere", "decision": {"type": "approve"}},
        {"thread": "nowhere", "decision": {"type": "release"}},
    )
    assert all(each.keys() == {"error", "line"} and each["error"] for each in bad)
    first = bad[0]["line"]
    assert [each["line"] for each in bad] == list(range(first, first + len(bad)))
    good = pipe.ask(
        b"\n  \n" + json.dumps(says("hello", "g")).encode(),
        says("order?" * 200_000, "g"),
        says("\0🎉", "g"),
        says("", "g"),
    )
    assert all(each["reply"] for each in good)


def test_nobody_sees_what_is_not_theirs(pipe: Pipe) -> None:
    """Without `customer` nobody's order is told, and somebody's conversation is not shown to another."""
    anonymous, mine, stranger = pipe.ask(
        {"thread": "a", "text": ORDER}, says(ORDER, "b"), says(ORDER, "b", customer="C-1002")
    )
    assert "DHL" not in anonymous["reply"]
    assert "DHL" in mine["reply"]
    assert stranger["status"] == "refused"
    assert (stranger["slots"], stranger["citations"], stranger["approval"]) == ({}, [], None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name: [", "Mend the YAML"),
        ("nme: shop\nsystems: 3", "nme: is not a known key"),
        (None, "there is no such file"),
    ],
)
def test_a_bad_deployment_ends_with_2_and_a_clear_message(
    tmp_path: Path, content: str | None, told: str
) -> None:
    """What is wrong, where, and what to do is on stderr; stdout stays empty and there is no traceback."""
    file = tmp_path / "support.yaml"
    if content is not None:
        file.write_text(content)
    ended = (run if content is None else run_inside)("chat", "--jsonl", "--deployment", file)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert str(file) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_damaged_conversation_file_is_named(sample: Path, tmp_path: Path) -> None:
    """A file that is no database is left as it is, and the message says which one and what to do."""
    file = tmp_path / "conversations.db"
    file.write_bytes(b"this is not a database" * 100)
    ended = run_inside("chat", "--jsonl", "--deployment", sample, "--state", tmp_path)
    assert ended.returncode == 2
    assert str(file) in ended.stderr
    assert "--state" in ended.stderr
    assert file.read_bytes().startswith(b"this is not")


def test_without_a_deployment_a_private_copy_of_the_sample_is_used(tmp_path: Path, cache: Path) -> None:
    """The bundled sample is never written to; its copy is kept under the state folder."""
    given = lines_of([says(ORDER, "t")])
    ended = run("chat", "--jsonl", "--state", tmp_path, given=given, XDG_CACHE_HOME=str(cache.parent))
    assert json.loads(ended.stdout)["status"] == "answered"
    (copy,) = tmp_path.glob("sample-*")
    assert {each.name for each in (copy / "var").iterdir()} >= {"shop.db", "records.db", "conversations.db"}
