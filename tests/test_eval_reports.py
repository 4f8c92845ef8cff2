"""Reports of an evaluation: equal runs give equal texts, hostile words stay words, large runs stay quick."""

import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.state import EvidenceKind, Status
from hybrid_agent_evals.cases.models import Way
from hybrid_agent_evals.checks.outcome import Outcome, Verdict
from hybrid_agent_evals.playing.record import Cited, Ground, Played, PlayedHandOff, PlayedTurn
from hybrid_agent_evals.reports.canonical import as_json
from hybrid_agent_evals.reports.figures import figures
from hybrid_agent_evals.reports.html import as_html
from hybrid_agent_evals.reports.junit import as_junit
from hybrid_agent_evals.reports.markdown import LIMIT, as_markdown
from hybrid_agent_evals.reports.sections import Section
from hybrid_agent_evals.reports.terminal import show
from hybrid_agent_evals.reports.texts import visible
from hybrid_agent_evals.suite.results import Result, Subject, SuiteRun
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_evals.worlds.rows import RowChange

HOSTILE = (
    "]]> </details></code><script>alert(1)</script> <img src=x onerror=alert(1)> @octocat #1 | `tick` ``` "
    "[a](javascript:alert(1)) ![b](https://evil.example/x.png) &amp; \x00\x1b[31mred\x08 "
    "\u202egnirts\ufffe\ud800"
    "\n</system-out>\n{{ 7 * 7 }} {% raw %} $(id) '"
)
PASSED, FAILED, NOT_SCORED = Verdict.PASSED, Verdict.FAILED, Verdict.NOT_SCORED


def result(id: str = "first", verdict: Verdict = PASSED, words: str = "Hello", **more: object) -> Result:
    """A conversation in which everything is said in the same words."""
    turn = PlayedTurn(
        by="customer",
        said=words,
        reply=f"{words} [1]",
        cites=(Cited(number=1, title=words, url=words),),
        status=Status.HANDED_OFF,
        nodes=("screen", "guard"),
        grounds=(Ground(kind=EvidenceKind.PASSAGE, name="a", source="a.md", text=words),),
        reasons=(words,),
    )
    played = Played(
        turns=(turn, turn),
        reads=(Called(operation="orders.get", arguments={"a": words}, customer="C-1", turn=0),),
        changes=(RowChange(table="orders", key="1", before={"x": 1}, after={"x": words}, owner=None),),
        hand_offs=(PlayedHandOff(chat="", turn=0, reasons=(words,), packet={"why": words}),),
        seconds=(0.25, 0.5),
        error=words if verdict is NOT_SCORED else "",
    )
    given = {
        "id": id,
        "says": words,
        "about": "greeting",
        "tags": (),
        "where": "cases/a.yaml:7",
        "digest": "d",
        "repeat": 0,
        "way": Way.HANDED_OFF,
        "outcomes": (
            Outcome(check="status", verdict=PASSED),
            Outcome(check="told", verdict=verdict, problems=() if verdict is PASSED else (words,)),
        ),
        "played": played,
    }
    return Result.model_validate({**given, **more})


def run_of(*results: Result, problems: tuple[str, ...] = ()) -> SuiteRun:
    """A run of the sample."""
    subject = Subject(deployment="A shop", reasoner="local")
    command = "hybrid-agent eval --cases 'my cases'"
    return SuiteRun(subject=subject, results=results, problems=problems, command=command)


MIXED = run_of(
    result(),
    result("second", FAILED, HOSTILE),
    result("third", NOT_SCORED, HOSTILE),
    problems=(f"a.yaml:3: {HOSTILE}",),
)


def on_terminal(run: SuiteRun) -> str:
    """What the terminal shows, 80 columns wide."""
    console = Console(file=io.StringIO(), width=80)
    show(run, console, (Section("Beside", ("name", "value"), ((HOSTILE, HOSTILE),), HOSTILE),))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


class Page(HTMLParser):
    """The elements of a page, its text, and whether every element was closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_counts_leave_out_what_could_not_be_scored() -> None:
    """Rates and their intervals are of what was scored, by path, intent and check."""
    counts = figures([*MIXED.results, result("fourth")])
    assert (counts.total.passed, counts.total.failed, counts.total.not_scored) == (2, 1, 1)
    assert counts.total.rate == pytest.approx(2 / 3)
    assert counts.total.interval == pytest.approx((0.2077, 0.9385), abs=1e-4)
    assert [each.name for each in counts.ways] == ["handed off"]
    assert [(each.name, each.scored) for each in counts.checks] == [("status", 4), ("told", 3)]
    assert figures([]).total.rate is None


def test_json_is_the_same_for_the_same_run() -> None:
    """Equal runs give equal bytes whatever the clock said, and what is read back is the run."""
    slower = MIXED.results[0].played.model_copy(update={"seconds": (9.0,)})
    again = MIXED.model_copy(
        update={"results": (MIXED.results[0].model_copy(update={"played": slower}), *MIXED.results[1:])}
    )
    assert as_json(MIXED) == as_json(again)
    told = json.loads(as_json(MIXED))
    assert "seconds" not in told["results"][0]["played"]
    assert SuiteRun.model_validate(told).exit_code == MIXED.exit_code
    as_json(MIXED).encode()


def test_junit_is_what_ci_servers_read() -> None:
    """A test case for each case, failures and errors with problems and conversation, counts that add up."""
    root = Xml.fromstring(as_junit(MIXED))
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == (
        "testsuites",
        "4",
        "1",
        "2",
    )
    cases = {each.get("name"): each for each in root.iter("testcase")}
    assert list(cases) == ["first", "second", "third", "problem 1"]
    assert list(cases["first"]) == []
    assert [each.tag for each in cases["second"]] == ["failure", "system-out"]
    assert [each.tag for each in cases["third"]] == ["error", "system-out"]
    failure, said = (each.text or "" for each in cases["second"])
    assert "]]>" in failure
    assert "cases/a.yaml:7" in failure
    assert "hybrid-agent eval --cases 'my cases' --case second" in failure
    assert "</system-out>" in said
    known = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert known["where second"] == "cases/a.yaml:7"
    allowed = {
        "testsuites": {"testsuite"},
        "testsuite": {"properties", "testcase"},
        "properties": {"property"},
    }
    allowed |= {"testcase": {"failure", "error", "system-out"}}
    assert all(child.tag in allowed.get(each.tag, ()) for each in root.iter() for child in each)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", as_junit(MIXED))


def test_the_page_holds_only_its_own_elements() -> None:
    """Words of strangers are text in the page, which has no script, no link out and every element closed."""
    page = Page(as_html(MIXED, (Section(HOSTILE, ("a", HOSTILE), ((HOSTILE, HOSTILE),), HOSTILE),)))
    assert page.open == []
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "base", "form"}
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert [attrs["href"] for tag, attrs in page.tags if tag == "a"] == ["#second-0", "#third-0"]
    assert {attrs.get("id") for tag, attrs in page.tags if tag == "article"} == {"second-0", "third-0"}
    text = "".join(page.texts)
    assert "<script>alert(1)</script>" in text
    assert "{{ 7 * 7 }}" in text
    assert "\\u202egnirts" in text
    assert "hybrid-agent eval --cases 'my cases' --case second" in text
    assert "default-src 'none'" in as_html(MIXED)


def test_markdown_acts_on_nobody() -> None:
    """Outside code there is no mention, link, picture, reference or element but our own."""
    text = as_markdown(MIXED, (Section("Beside", ("name", "value"), ((HOSTILE, HOSTILE),), HOSTILE),))
    fenced = re.sub(r"^(`{3,})[a-z]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", fenced)
    assert not re.search(r"@|!\[|\]\(|#\d|script|javascript", re.sub(r"<summary>.*</summary>", "", outside))
    assert set(re.findall(r"</?[a-z]+", outside)) == {
        "<details",
        "<summary",
        "<code",
        "</code",
        "</summary",
        "</details",
    }
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3, 8}
    assert "--case second" in text


def test_markdown_fits_into_a_comment() -> None:
    """However much fails, the text keeps within its limit, ends in whole parts, and says what is left out."""
    run = run_of(*(result(f"case_{place}", FAILED, HOSTILE) for place in range(400)))
    text = as_markdown(run)
    assert len(text) <= LIMIT
    shown = len(re.findall("^<details>", text, re.MULTILINE))
    assert 1 < shown == len(re.findall("^</details>$", text, re.MULTILINE)) < 400
    assert f"\n\n{400 - (shown - 1)} more are in the other reports.\n\n<details><summary>By intent" in text
    assert len(as_markdown(run, limit=700)) <= 700


def test_the_terminal_shows_what_is_amiss() -> None:
    """The conversations that failed, the line that plays one again, the counts, and the sum at the end."""
    text = on_terminal(MIXED)
    assert "\x1b[31mred" not in text
    assert "\\x1b[31mred" in text
    assert "--case second" in text
    assert text.rstrip().endswith("1 of 2 conversations passed, 1 could not be scored, 1 problem")
    assert max(map(len, text.splitlines())) <= 80


def test_a_thousand_conversations_are_reported_once_each() -> None:
    """A large run keeps its passing conversations to a row each, and all of its failures in full."""
    results = [result(f"c{place}", FAILED if place % 20 == 0 else PASSED) for place in range(1_000)]
    page = as_html(run_of(*results))
    assert page.count("<article ") == 50
    assert len(page) < 1_000_000


@given(st.text())
def test_what_is_shown_obeys_nobody(text: str) -> None:
    """Whatever a text holds, what is shown of it can be printed, encoded, and read as XML."""
    shown = visible(text)
    assert all(each.isprintable() or each in "\n\t\u200c\u200d" or each.isspace() for each in shown)
    assert (Xml.fromstring(f"<a>{Xml.tostring(_element(shown), 'unicode')}</a>")[0].text or "") == shown


def _element(text: str) -> Xml.Element:
    element = Xml.Element("b")
    element.text = text
    return element


def test_masking_keeps_what_is_counted() -> None:
    """A masked result has no personal data in its conversation and problems, and else the same."""
    from types import SimpleNamespace

    from hybrid_agent.redaction.records import Places
    from hybrid_agent_evals.suite.masking import masked

    deployment = SimpleNamespace(redactor=Redactor(), personal_places=Places)
    before = result("anna", FAILED, "Write to anna@corp.example")
    after = masked(before, deployment)  # type: ignore[arg-type]
    assert "anna@corp" not in after.model_dump_json(include={"played", "outcomes"})
    assert (after.id, after.verdict, after.way, after.where) == (
        before.id,
        FAILED,
        Way.HANDED_OFF,
        before.where,
    )
    assert after.played.turns[0].said == "Write to [email]"
