"""`hybrid-agent demo`, `check`, `init`, `chat` and the rest, through the real process."""

import json
import re
from pathlib import Path

import pytest
from cli_kit import lines_of, run, run_inside, says
from jsonschema import Draft202012Validator

from hybrid_agent.cli import app

SOUND = 0
WRONG = 1
UNREADABLE = 2


def unwrapped(text: str) -> str:
    """Without white space: a terminal breaks long paths anywhere."""
    return "".join(text.split())


def test_the_demo_shows_every_promise_and_ends_well(cache: Path) -> None:
    """The way, the evidence, the sources, the approval, what changed and the packet, within 80 columns."""
    ended = run("demo", "--plain", XDG_CACHE_HOME=str(cache.parent))
    assert (ended.returncode, ended.stderr) == (SOUND, "")
    for shown in (
        "call_tools",
        "from orders.get",
        "[1] Order 1002",
        "Approval    A-",
        "address.postcode: 10115 -> 10119",
        "new: refunds",
        "changes nothing",
        "Hand-off    H-",
        "transcript",
        "All 7 steps ended as the script says.",
    ):
        assert shown in ended.stdout
    assert "\x1b" not in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 80


def test_a_chat_in_the_terminal_serves_both_sides(sample: Path, tmp_path: Path) -> None:
    """The customer's words, the agent's commands by a short id, and a mistake go one after another."""
    script = """The gas stove arrived broken, I want my money back for order 1003
/approvals
/edit A- amount.amount=50
/approve A-
/why
/nonsense
/thread second
/customer -
hello ü 🎉
"""
    state = tmp_path / "state"
    options = ("--deployment", sample, "--state", state, "--customer", "C-1001", "--agent", "noor")
    ended = run("chat", *options, given=script.encode() + b"caf\xe9\n/quit\n")
    assert (ended.returncode, ended.stderr) == (SOUND, "")
    for shown in (
        str(state),
        "Customer C-1001 may ask, for example: Hi, where is my order 1002?",
        "You decide as noor (agent, supervisor)",
        "amount = €104.40 (from quote.refundable)",
        "Done: €50.00",
        "your decision",
        "needs a person's approval",
        "there is no command /nonsense",
        "anonymous>",
        "Goodbye. To go on with it, add --thread second to the command.",
    ):
        assert unwrapped(shown) in unwrapped(ended.stdout)


def test_every_chat_begins_a_conversation_and_can_go_on_with_one(sample: Path, tmp_path: Path) -> None:
    """Two starts are two conversations; `--thread` with a printed id is the same one again."""
    options = ("chat", "--deployment", sample, "--state", tmp_path / "state", "--customer", "C-1001")
    first, second = (run_inside(*options, given=b"/quit\n").stdout for _ in range(2))
    began = [re.findall(r"--thread (T-\w+)", each.replace("\n", " ")) for each in (first, second)]
    assert [len(set(each)) for each in began] == [1, 1]
    assert began[0][0] != began[1][0]
    again = run(*options, "--thread", began[0][0], given=b"/quit\n").stdout
    assert f"conversation {began[0][0]}" in again


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that `init` wrote, and what it said."""
    folder = tmp_path_factory.mktemp("started") / "shop"
    begun = run("init", folder)
    assert begun.returncode == SOUND
    return folder, begun.stdout.replace("\n", "")


def test_check_finds_nothing_in_what_init_wrote(started: tuple[Path, str]) -> None:
    """A fresh start is sound, and says what to do next."""
    folder, said = started
    for shown in (f"check {folder}", f"chat -d {folder} --customer C-1001", "where is my order 1002?"):
        assert unwrapped(shown) in unwrapped(said)
    checked = run("check", folder)
    assert (checked.returncode, checked.stderr) == (SOUND, "")


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    """A second start in the same folder is refused."""
    folder = tmp_path / "shop"
    assert run_inside("init", folder).returncode == SOUND
    (folder / "catalog.yaml").write_text("mine")
    refused = run_inside("init", folder)
    assert refused.returncode == UNREADABLE
    assert "nothing was written" in refused.stderr
    assert (folder / "catalog.yaml").read_text() == "mine"


def test_a_fresh_start_answers_a_hello_and_a_thank_you(started: tuple[Path, str]) -> None:
    """What everybody says first and last is answered by the starter, not handed to a person."""
    given = lines_of([says("hello", "first"), says("thanks", "last")])
    ended = run("chat", "--jsonl", "--deployment", started[0], given=given)
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(each["status"], each["intents"], each["handoff"]) for each in answers] == [
        ("answered", ["greeting"], None),
        ("answered", ["thanks"], None),
    ]


def test_check_names_what_is_wrong_and_where(sample: Path) -> None:
    """An error in the catalog fails the check and says where it is."""
    catalog = sample.parent / "catalog.yaml"
    broken = catalog.read_text().replace("operation: orders.refund\n", "operation: orders.refnd\n")
    catalog.write_text(broken)
    ended = run_inside("check", sample.parent)
    assert ended.returncode == WRONG
    assert "intents.refund.action" in ended.stdout
    assert "orders.refnd" in ended.stdout


@pytest.mark.parametrize("command", ["check", "chat"])
def test_a_file_where_a_folder_must_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Both commands name the file in the way and what to do, as a mistake of the set-up."""
    folder = tmp_path / "shop"
    assert app.run(["init", str(folder)]) == SOUND
    (folder / "var").write_text("")
    ended = app.run(["check", str(folder)] if command == "check" else ["chat", "-d", str(folder)])
    assert ended == (WRONG if command == "check" else UNREADABLE)
    said = capsys.readouterr()
    assert f"{folder / 'var'}" in (said.out + said.err).replace("\n", "")
    assert "cannot be made" in (said.out + said.err)


def test_check_counts_warnings_only_when_it_is_strict(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning is shown and passes, but not with --strict."""
    catalog = sample.parent / "catalog.yaml"
    unused = "slots:\n  unused_slot:\n    kind: text\n    title: nothing\n    ask: What?\n"
    catalog.write_text(catalog.read_text().replace("slots:\n", unused, 1))
    assert (app.run(["check", str(sample)]), app.run(["check", "--strict", str(sample)])) == (SOUND, WRONG)
    assert "slots.unused_slot" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["catalog", "deployment"])
def test_check_prints_the_schema_for_editors(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The schema is printed as JSON and nothing else."""
    assert app.run(["check", "--schema", kind]) == SOUND
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("check", "nowhere.yaml"), "nowhere.yaml: there is no such file"), (("nonsense",), "No such command")],
)
def test_what_cannot_be_read_ends_with_2(arguments: tuple[str, ...], told: str) -> None:
    """A wrong path or command is said on stderr, without a traceback."""
    ended = run(*arguments)
    assert ended.returncode == UNREADABLE
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_commands_of_other_packages_are_there() -> None:
    """The benchmarks register themselves, and keep their own options."""
    ended = run("bench", "--help")
    assert ended.returncode == SOUND
    assert "--quick" in ended.stdout
