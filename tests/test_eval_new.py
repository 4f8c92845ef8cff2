"""`hybrid-agent eval new`: a conversation becomes a case that can be played, without its persons."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from cli_kit import decides, lines_of, run_inside, says
from hypothesis import given
from hypothesis import strategies as st

from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.cases.reading import read_cases
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.drafting import writing
from hybrid_agent_evals.drafting.observing import Observation
from hybrid_agent_evals.drafting.recording import Happened, in_order

CONVERSATION = (
    says("My name is Jane Miller, jane.miller@corp.example. Please cancel order 1001", "t"),
    says("yes", "t"),
    decides("approve", "t", by="mia", roles=["agent"]),
)
CASE = """\
# A file of ours.
at: 2026-11-23T10:30:00+01:00
cases:
    - id: first   # stays as it is
      says: A greeting is returned.
      about: greeting
      turns: [{customer: Hello}]
      expect: {status: answered}
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which a conversation with an approval is stored, as `chat` leaves it."""
    folder = tmp_path_factory.mktemp("state")
    assert run_inside("chat", "--jsonl", "--state", folder, given=lines_of(CONVERSATION)).returncode == 0
    yield folder


def only(file: Path) -> Placed:
    """The one case of a file."""
    read = read_cases(file)
    assert read.problems == ()
    (placed,) = read.placed
    return placed


def test_a_stored_conversation_becomes_a_case(state: Path, tmp_path: Path) -> None:
    """A stored conversation is drafted with its yes, its approval and what came of it, without its names."""
    file = tmp_path / "cases" / "drafts.yaml"
    made = run_inside("eval", "new", file, "--thread", "t", "--state", state, "--says", "It is cancelled.")
    assert made.returncode == 0, made.stderr
    case = only(file).case
    assert case.says == "It is cancelled."
    assert [(turn.means, turn.agent, turn.by) for turn in case.turns] == [
        (None, None, None),
        (True, None, None),
        (None, "approve", "agent"),
    ]
    assert [write.operation for write in case.expect.writes] == ["orders.cancel"]
    assert case.expect.way == "approved"
    text = file.read_text("utf-8")
    assert "1001" in text
    assert not [word for word in ("Jane", "Miller", "corp.example", "mia") if word in text]


def test_the_deployment_of_this_folder_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `--deployment` a thread is looked for where the deployment of this folder keeps its own."""
    assert run_inside("init", tmp_path / "shop").returncode == 0
    monkeypatch.chdir(tmp_path / "shop")
    talked = run_inside("chat", "-d", ".", "--jsonl", given=lines_of((says("Where is order 1002?", "here"),)))
    assert talked.returncode == 0, talked.stderr
    made = run_inside("eval", "new", "evals/case.yaml", "--thread", "here", "--yes")
    assert made.returncode == 0, made.stderr
    assert only(Path("evals/case.yaml")).case.about == "order_status"


def test_records_of_another_shop_are_replaced_by_the_stand_ins(tmp_path: Path) -> None:
    """Ids and customers that the stand-in shop has not become some that it has, the same for the same."""
    lines, file = tmp_path / "in.jsonl", tmp_path / "new.yaml"
    asked = ("where is order 8834?", "I mean 8834, please")
    lines.write_bytes(lines_of([says(text, "x", "K-77-secret") for text in asked]))
    made = run_inside("eval", "new", file, "--from", lines, "--yes", "--id", "where_is_it")
    assert made.returncode == 0, made.stderr
    case, text = only(file).case, file.read_text("utf-8")
    assert case.id == "where_is_it"
    assert "8834" not in text
    assert "secret" not in text
    numbers = {
        word.strip("?,") for turn in case.turns for word in str(turn.customer).split() if word[0].isdigit()
    }
    assert len(numbers) == 1
    assert case.expect.slots == {"order_number": numbers.pop()}


def test_a_talk_in_the_terminal_becomes_a_case(tmp_path: Path) -> None:
    """Whoever talks as customer, staff and fate gets a case of what they confirmed, added to a file."""
    file = tmp_path / "ours.yaml"
    file.write_text(CASE, "utf-8")
    typed = (
        *(
            "Please cancel order 1001",
            "/approve",
            "yes",
            "/wait 1h",
            "/reject not today",
            "/nonsense",
            "/end",
        ),
        *("", "n", "", "", "", "A rejected cancellation leaves the order."),
    )
    made = run_inside("eval", "new", file, "--customer", "C-1001", given="\n".join(typed).encode())
    assert made.returncode == 0, made.stderr
    assert "nothing waits for a decision" in made.stdout
    assert "there is no command /nonsense" in made.stdout
    text, read = file.read_text("utf-8"), read_cases(file)
    assert text.startswith(CASE)
    assert read.problems == ()
    first, drafted = read.placed
    assert (first.at, drafted.case.says) == (drafted.at, "A rejected cancellation leaves the order.")
    assert [turn.agent for turn in drafted.case.turns] == [None, None, None, "reject"]
    assert drafted.case.expect.writes == ()
    assert drafted.case.expect.intents == ()  # not confirmed
    assert drafted.case.expect.way == "approved"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "gone.jsonl"), "gone.jsonl cannot be read"),
        (("--from", "words.jsonl"), "words.jsonl:2: is not a JSON object"),
        (("--from", "odd.jsonl"), "odd.jsonl:1: "),
        (("--from", "two.jsonl"), "Choose one with --thread: a, b"),
        (("--from", "two.jsonl", "--thread", "c"), "has no conversation 'c'"),
        (("--from", "answers.jsonl"), "has no customer's line"),
        (("--thread", "t", "--state", "nowhere"), "conversations.db is not there"),
    ],
)
def test_what_cannot_be_drafted_is_told(
    arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording that is missing, broken or ambiguous ends with exit code 2, the place, and what to do."""
    monkeypatch.chdir(tmp_path)
    Path("words.jsonl").write_text('{"thread": "t", "text": "hello"}\nhello\n', "utf-8")
    Path("odd.jsonl").write_text('{"thread": "t", "txt": "hello"}\n', "utf-8")
    Path("two.jsonl").write_bytes(lines_of([says("hello", "a"), says("hello", "b")]))
    Path("answers.jsonl").write_text('{"thread": "t", "status": "answered"}\n', "utf-8")
    ended = run_inside("eval", "new", "case.yaml", *arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert not Path("case.yaml").exists()


def test_pauses_that_matter_are_kept() -> None:
    """What happened is put in the order of its times; half an hour without anything is a pause."""
    at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    said = {minutes: Turn(customer=f"after {minutes}") for minutes in (0, 29, 90)}
    turns = in_order(Happened(at + timedelta(minutes=each), said[each]) for each in (90, 0, 29))
    assert turns == (said[0], said[29], Turn(wait=timedelta(minutes=61)), said[90])


def test_an_unknown_thread_names_the_known_ones(state: Path, tmp_path: Path) -> None:
    """A thread that is not stored is told beside those that are."""
    ended = run_inside("eval", "new", tmp_path / "case.yaml", "--thread", "nope", "--state", state)
    assert (ended.returncode, ended.stderr.splitlines()[-1].strip()) == (2, "The last ones: t")


def draft_of(file: Path) -> writing.Draft:
    """A draft of one message."""
    case = only(file).case.model_copy(update={"id": "second", "turns": (Turn(customer="Hi\nthere: #1 'x'"),)})
    return writing.Draft(
        case, only(file).at, None, ("A note.",), (Observation("status", "answered", "the end"),)
    )


@pytest.mark.parametrize(
    "there", ["a: [", "x: 1\n", "at: 2026-11-23T10:30:00+01:00\ncases: [{id: x}]\n", "\x00"]
)
def test_a_file_that_is_no_case_file_is_left_alone(there: str, tmp_path: Path) -> None:
    """A file without a list of cases at its end is told and not touched; --force replaces it."""
    ours, file = tmp_path / "ours.yaml", tmp_path / "case.yaml"
    ours.write_text(CASE, "utf-8")
    file.write_text(there, "utf-8")
    with pytest.raises(writing.NotPossibleError, match="--force"):
        writing.write(draft_of(ours), file)
    assert file.read_text("utf-8") == there
    assert sorted(each.name for each in tmp_path.iterdir()) == ["case.yaml", "ours.yaml"]
    writing.write(draft_of(ours), file, force=True)
    assert only(file).case == draft_of(ours).case


def test_an_id_that_is_taken_is_not_given_twice(tmp_path: Path) -> None:
    """A draft whose id the file has already is told, and the file stays as it was."""
    file = tmp_path / "ours.yaml"
    file.write_text(CASE, "utf-8")
    draft = draft_of(file)
    writing.write(draft, file)
    text = file.read_text("utf-8")
    with pytest.raises(writing.NotPossibleError, match="the id second"):
        writing.write(draft, file)
    assert file.read_text("utf-8") == text


JSON = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc: #'\n"), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_any_value_stands_on_one_line(value: object) -> None:
    """Whatever a customer typed or a record holds is read back from its line as it was."""
    line = writing.inline(value)
    assert "\n" not in line
    assert yaml.safe_load(f"a: {line}  # comment\n") == {"a": value}
