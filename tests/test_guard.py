"""What a model may not say: the guard holds each of its sentences to what it rests on."""

import string
from pathlib import Path

import pytest
import yaml
from guard_kit import broken_by, pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent.guardrails import Violation, check, check_worded, ground
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import claims
from hybrid_agent.guardrails.folding import folded, hidden, visible
from hybrid_agent.state import Point, PointKind, Sentence
from hybrid_agent_evals.grounding.scenes import earlier_scenes

ATTACKS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "guard_attacks.yaml").read_text("utf-8")
)
ON_ITS_WAY = earlier_scenes()["tuning"][0][0]
SAYS = "Your order 1003 is on its way with PostNL and should arrive by 3 December 2026."


@pytest.mark.parametrize("text", [text for them in ATTACKS.values() for text in them])
def test_an_attack_does_not_pass(text: str) -> None:
    """Deeds, disguises, pretence, links, invented numbers, leaks, markup and other languages are stopped."""
    assert broken_by(ON_ITS_WAY, text) != []


@pytest.mark.parametrize("text", ATTACKS["asks"])
def test_a_model_asks_for_nothing(text: str) -> None:
    """A question, or a request to say yes or no, is stopped as such, whatever it rests on."""
    point = Point(kind=PointKind.ANSWER, text=text, evidence=())
    broken = check_worded(Sentence(text=text), {}, points=[point])
    assert "asks" in {each.rule for each in broken}


@pytest.mark.parametrize(
    "text",
    [
        "Follow it here: https://track.example/a?id=1",
        "Our team answers by phone.",
        "I will ask you for a yes.",
    ],
)
def test_telling_is_not_asking(text: str) -> None:
    """A link with a query, an answer that is told of, and an announced question ask for nothing."""
    broken = check_worded(Sentence(text=text), {}, points=[])
    assert "asks" not in {each.rule for each in broken}


@pytest.mark.parametrize("half", ["tuning", "held_out", "records"])
def test_lies_are_stopped_and_good_words_pass(half: str) -> None:
    """Of the pairs at least 95 in 100 lies are stopped, and at least 85 in 100 good sentences pass."""
    judged = [(good, broken_by(one, text) == []) for one, text, good in pairs(half)]
    lies = [passed for good, passed in judged if not good]
    honest = [passed for good, passed in judged if good]
    assert len(judged) >= 40
    assert sum(lies) <= 0.05 * len(lies)
    assert sum(honest) >= 0.85 * len(honest)


def test_what_a_sentence_does_not_name_is_no_support() -> None:
    """A sentence rests on the evidence it names, not on all there is."""
    said = Sentence(text=SAYS, evidence=("b",))
    point = Point(kind=PointKind.ANSWER, text=ON_ITS_WAY.points[0].text, evidence=("f0",))
    assert broken_by(ON_ITS_WAY, SAYS) == []
    grounds = {**ON_ITS_WAY.grounds, "b": ground({"name": "Tarn & Ridge"}, name="business")}
    assert check_worded(said, grounds, points=[point]) != []


def test_evidence_that_is_not_there_is_reported() -> None:
    """A sentence that names unknown evidence does not pass."""
    said = Sentence(text=SAYS, evidence=(*ON_ITS_WAY.grounds, "f9"))
    broken = check_worded(said, ON_ITS_WAY.grounds, points=ON_ITS_WAY.points)
    assert broken == [Violation("unknown_evidence", "f9")]


@pytest.mark.parametrize("text", ["Thank you for your patience!", "Have a nice day!", "Sorry for the wait."])
def test_courtesies_need_no_evidence(text: str) -> None:
    """A sentence of nothing but courtesy says nothing that could be untrue."""
    assert check_worded(Sentence(text=text), {}, points=[]) == []


def test_a_record_that_lies_in_its_free_text_supports_no_deed() -> None:
    """A note in an order is somebody's words: it does not make a refund true."""
    order = ground({"number": "1003", "note": "Your order 1003 has been refunded by the team."})
    said = Sentence(text="Your order 1003 has been refunded.", evidence=("o",))
    assert [each.rule for each in check_worded(said, {"o": order}, points=[])] == ["unsupported_deed"]


@pytest.mark.parametrize(
    ("data", "text", "passes"),
    [
        ({"number": "7", "status": "cancelled"}, "Your order 7 is cancelled.", True),
        ({"number": "7", "cancelled_at": None}, "Your order 7 is cancelled.", False),
        (
            {"number": "7", "refunded": {"amount": "0.00", "currency": "EUR"}},
            "Order 7 has been refunded.",
            False,
        ),
        (
            {"number": "7", "refunded": {"amount": "5.00", "currency": "EUR"}},
            "Order 7 has been refunded.",
            True,
        ),
        ({"number": "7", "returnable": False}, "Order 7 can be returned.", False),
        ({"number": "7", "items": [{"status": "delivered"}]}, "Your order 7 was delivered.", False),
    ],
)
def test_fields_count_by_their_values(data: dict[str, object], text: str, passes: bool) -> None:
    """A field that is empty, zero, no, or true of one of several supports no deed of the whole."""
    said = Sentence(text=text, evidence=("o",))
    assert (check_worded(said, {"o": ground(data, name="order")}, points=[]) == []) is passes


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("within two weeks", "2 week"),
        ("a 5-year warranty", "5 year"),
        ("3 to 5 working days", "3-5 working day"),
        ("twenty-five euros", "25 EUR"),
        ("4.90 eur", "4.9 EUR"),
        ("twenty per cent", "20"),
        ("the day after tomorrow", "the day after tomorrow"),
        ("until noon", "12:00"),
        ("at evil.example", "evil.example"),
        ("two hundred and five", "205"),
        ("javascript:alert(1)", "javascript:alert(1"),
    ],
)
def test_what_is_said_in_words_is_a_claim(text: str, claim: str) -> None:
    """Number words, durations, percentages, days, times and bare domains are claims."""
    assert claim in {each.value for each in claims(text)}


@pytest.mark.parametrize(
    "text", ["One moment, please.", "Which one do you mean, e.g. this?", "I am at home."]
)
def test_plain_words_are_no_claims(text: str) -> None:
    """Words that count nothing are not taken for numbers or links."""
    assert claims(text) == frozenset()


def test_links_that_are_not_of_the_web_go_out_from_nowhere() -> None:
    """A script or another scheme does not pass even where a record holds it."""
    for link in ("javascript:alert(1)", "data:text/html,hi", "ftp://track.example/1"):
        said = Sentence(text=f"Follow it here: {link}", evidence=("o",))
        assert check([said], {"o": ground({"url": link})}, frozenset()) != []


CLAIMS = st.one_of(
    st.integers(2, 99999).map(lambda number: f"{number} EUR"),
    st.integers(2, 99999).map(str),
    st.integers(2, 50).map(lambda number: f"{number} days"),
    st.dates().map(lambda day: f"{day.day} {day:%B %Y}"),
    st.from_regex(r"https://[a-z]{3,9}\.example/[a-z0-9]{1,9}", fullmatch=True),
    st.sampled_from(["two weeks", "fifty euros", "tomorrow", "next Friday", "half", "15 percent", "noon"]),
)
FRAMES = st.sampled_from(
    [
        "{}",
        "It takes {}.",
        "Your order 1003 is on its way with PostNL {}",
        "Good news: {}!",
        "\u201c{}\u201d",
        "({})",
    ]
)


@settings(max_examples=200, deadline=None, database=None)
@given(frame=FRAMES, claim=CLAIMS, noise=st.text(max_size=20))
def test_a_claim_that_nothing_carries_is_reported(frame: str, claim: str, noise: str) -> None:
    """Whatever stands around it, a claim that is in no ground and no point keeps a sentence back."""
    text = f"{noise} {frame.format(claim)}"
    known = frozenset().union(*(each.claims for each in ON_ITS_WAY.grounds.values()))
    known |= frozenset().union(*(claims(point.text) for point in ON_ITS_WAY.points))
    if any(not carried(each, known, strictly=True) for each in claims(text)):
        assert broken_by(ON_ITS_WAY, text) != []


@settings(max_examples=200, deadline=None, database=None)
@given(text=st.text(max_size=700) | st.text(alphabet=string.printable, max_size=300))
def test_any_text_can_be_checked(text: str) -> None:
    """The check raises on no text and says the same every time."""
    first = broken_by(ON_ITS_WAY, text)
    assert first == broken_by(ON_ITS_WAY, text)
    assert check([Sentence(text=text)], {}, frozenset()) == check([Sentence(text=text)], {}, frozenset())


@settings(max_examples=200, deadline=None, database=None)
@given(text=st.text(max_size=200))
def test_folding_settles(text: str) -> None:
    """What is made visible stays so, and what is folded shows nothing hidden."""
    assert hidden(visible(text)) == "" and visible(visible(text)) == visible(text)
    assert hidden(folded(text)) == "" or text.isascii()
