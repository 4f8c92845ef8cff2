"""The parts of the command line that need no process."""

import io
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hybrid_agent.cli import showing
from hybrid_agent.cli.edits import edited
from hybrid_agent.cli.failing import NotPossibleError, told
from hybrid_agent.cli.lines import read_line
from hybrid_agent.cli.script import Ended, Expectation, differences
from hybrid_agent.cli.tables import changes, is_database, read_tables, watched
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.session import Turn
from hybrid_agent.state import Served, Status, Step

ARGUMENTS = {"number": "1003", "amount": {"amount": "104.40", "currency": "EUR"}, "lines": ["a"], "count": 2}


def console() -> Console:
    return Console(file=io.StringIO(), width=80, no_color=True, highlight=False, markup=False)


def output(of: Console) -> str:
    assert isinstance(of.file, io.StringIO)
    return of.file.getvalue()


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("amount.amount=50", {"amount": {"amount": "50", "currency": "EUR"}}),
        ("number=0099", {"number": "0099"}),
        ("count=3", {"count": 3}),
        ('lines=["a","b"]', {"lines": ["a", "b"]}),
        ('amount={"amount": "7", "currency": "EUR"}', {"amount": {"amount": "7", "currency": "EUR"}}),
        ('number="10 03"', {"number": "10 03"}),
        ("new=two words count=1", {"new": "two words", "count": 1}),
        ("amount.amount=5 amount.currency=USD", {"amount": {"amount": "5", "currency": "USD"}}),
    ],
)
def test_an_edit_changes_what_it_names(words: str, arguments: dict[str, object]) -> None:
    """Values are YAML, texts stay texts, and an argument is given whole."""
    assert edited(ARGUMENTS, words) == arguments


@pytest.mark.parametrize("words", ["", "amount", "=5", "number.part=1", "count='[", "count=[1"])
def test_an_edit_that_cannot_be_read_says_so(words: str) -> None:
    """Nothing is guessed from words that are not name=value."""
    with pytest.raises(NotPossibleError):
        edited(ARGUMENTS, words)


def test_changes_are_read_from_any_tables(tmp_path: Path) -> None:
    """New, changed and gone rows are found by key or row id, JSON inside a column is taken apart."""
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE orders (number TEXT PRIMARY KEY, address TEXT) WITHOUT ROWID")
        connection.execute('CREATE TABLE "odd ""name" (note TEXT)')
        connection.execute(
            """INSERT INTO orders VALUES ('1', '{"city": "Bonn", "line": "A 1"}'), ('2', NULL)"""
        )
    before = read_tables(file)
    with sqlite3.connect(file) as connection:
        connection.execute(
            """UPDATE orders SET address = '{"city": "Köln", "line": "A 1"}' WHERE number = '1'"""
        )
        connection.execute("DELETE FROM orders WHERE number = '2'")
        connection.execute('INSERT INTO "odd ""name" VALUES (\'hello\')')
    connection.close()
    found = [
        (each.table, each.key, each.what, dict(each.fields)) for each in changes(before, read_tables(file))
    ]
    assert found == [
        ('odd "name', (1,), "new", {"note": (None, "hello")}),
        ("orders", ("1",), "changed", {"address.city": ("Bonn", "Köln")}),
        ("orders", ("2",), "gone", {"number": ("2", None)}),
    ]
    assert changes(before, before) == []


def test_only_databases_that_the_settings_name_are_watched(tmp_path: Path) -> None:
    """A setting that is no SQLite file is none of the shop's data."""
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "text.db").write_text("no database")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert is_database(tmp_path / "shop.db")
    settings = [{"database": "shop.db", "sample": True}, {"url": "text.db", "other": "empty.db"}]
    assert watched(tmp_path, settings) == [tmp_path / "shop.db"]


def turn(status: Status = Status.ANSWERED, **more: object) -> Turn:
    served = Served(intents={"order_status": 0.9})
    return Turn("t", status, None, served, [Step(node="screen", ms=1)], **more)  # type: ignore[arg-type]


def test_a_step_that_ends_otherwise_is_told_in_every_respect() -> None:
    """The demo fails on status, intents, way, evidence, sources, changes, writes and reasons."""
    expected = Expectation(
        status=Status.REFUSED,
        intents=("refund",),
        way=("execute",),
        evidence=("order",),
        citations=1,
        changes=("orders",),
        writes=1,
        reasons=("anger",),
    )
    assert len(list(differences(expected, Ended(turn(), (), ("refunds",), 0)))) == 8
    as_it_is = Expectation(status=Status.ANSWERED, intents=("order_status",), way=("screen",), changes=())
    assert list(differences(as_it_is, Ended(turn(), (), (), 0))) == []


@given(st.text(max_size=400))
def test_whatever_is_shown_cannot_command_the_terminal(text: str) -> None:
    """Control characters of a customer's text never reach the terminal, and no line is too wide."""
    shown = console()
    showing.row(shown, "Customer", text)
    plain = output(shown)
    assert not {each for each in plain if ord(each) < 32} - {"\n"}
    assert "\x9b" not in plain


def test_text_in_brackets_is_no_markup() -> None:
    """What looks like rich's markup is shown as it stands."""
    shown = console()
    showing.row(shown, "Customer", "[bold red]order[/] [1]")
    assert "[bold red]order[/] [1]" in output(shown)


def test_a_packet_is_shown_whole_and_without_what_is_empty() -> None:
    """Nested records are indented lines; empty parts are left out."""
    shown = console()
    order = {
        "number": "1",
        "lines": [{"sku": "A", "price": {"amount": "5.00", "currency": "EUR"}}],
        "note": None,
    }
    content = {
        "summary": "Help.",
        "proposed": [],
        "facts": [{"name": "order", "data": order}],
        "transcript": [{"by": "customer", "text": "hello"}],
    }
    showing.packet(shown, "H-1", content)
    lines = [line.rstrip() for line in output(shown).splitlines()]
    assert lines == [
        "Hand-off    H-1",
        "summary     Help.",
        "facts       - name: order",
        "              data:",
        "                number: 1",
        "                lines:",
        "                  - sku: A, price: €5.00",
        "transcript  - customer: hello",
    ]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ConfigurationError("is odd", where="here", advice="Mend it."), 2, "here: is odd\n  Mend it."),
        (sqlite3.OperationalError("database is locked"), 70, "is locked\n  Close what else"),
        (RuntimeError("boom"), 70, "unexpected RuntimeError: boom"),
    ],
)
def test_errors_are_told_in_words(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
    words: str,
) -> None:
    """Foreseen errors say what to do; others name themselves and how to see the traceback."""
    monkeypatch.delenv("HYBRID_AGENT_DEBUG", raising=False)
    assert told(error) == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert code == 2 or "HYBRID_AGENT_DEBUG=1" in said


def test_a_line_is_refused_in_plain_words() -> None:
    """What is wrong with a line is told without the checker's own prefix."""
    with pytest.raises(NotPossibleError) as refused:
        read_line(b'{"thread": "t"}')
    assert str(refused.value) == "give either text or decision"
