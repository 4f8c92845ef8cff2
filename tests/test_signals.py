"""What a customer's words say beside the request."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent.reasoning.signals import read_signals


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order 1042?",
        "I'm not angry",
        "I am not at all frustrated, just curious",
        "no complaints, all good",
        "order ABC-1234 for the NIKE AIR MAX",
        "my MACBOOK PRO MAX",
        "ORD-12345",
        "UPS DHL FEDEX",
        "thanks, great service!",
        "Hi!",
        "is it possible to return shoes?",
        "ich bin nicht sauer",
        "",
        "OK",
        "I bought it at a mad price! Love it!!",
    ],
)
def test_a_calm_message_is_calm(text: str) -> None:
    """Negated words, order numbers and product names in capitals, and friendly marks are no anger."""
    assert read_signals(text).anger == 0.0


@pytest.mark.parametrize(
    ("text", "least", "most", "word"),
    [
        ("still waiting for my parcel", 0.1, 0.3, "still waiting"),
        ("I'm not happy with this", 0.1, 0.3, "not happy"),
        ("WHERE IS MY ORDER", 0.1, 0.3, "WHERE IS MY ORDER"),
        ("where is it!!!", 0.05, 0.2, "!!!"),
        ("this is ridiculous", 0.3, 0.4, "ridiculous"),
        ("I am furious", 0.5, 0.6, "furious"),
        ("This is a scam, I will call my lawyer", 0.7, 0.9, "lawyer"),
        ("NOT angry? I have NEVER BEEN SO ANGRY in my life!!!", 0.5, 0.9, "never been so"),
        ("Das ist eine Frechheit, ich gehe zum Anwalt", 0.6, 0.9, "anwalt"),
        ("C'est inadmissible, ras le bol", 0.5, 0.9, "ras le bol"),
        ("estoy harto, es una estafa", 0.6, 0.9, "estafa"),
        ("dit is belachelijk", 0.3, 0.4, "belachelijk"),
    ],
)
def test_anger_grows_with_what_is_said(text: str, least: float, most: float, word: str) -> None:
    """Stronger and more words count more, and the reader is told which ones."""
    signals = read_signals(text)
    assert least <= signals.anger <= most
    assert f"anger: {word}" in signals.because


def test_anger_past_a_contrast_still_counts() -> None:
    """A denial covers its own clause only."""
    assert read_signals("I'm not angry, but this is unacceptable").because == ("anger: unacceptable",)


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a real person",
        "can I speak to someone please?",
        "why can't I talk to a human?",
        "agent",
        "Agent please!",
        "human",
        "get me a manager",
        "put me through to your customer service",
        "I need a human",
        "is there a person I can talk to",
        "I don't want to talk to a bot, get me a person",
        "I don't want to talk to a bot",
        "connect me with a representative now",
        "Ich möchte mit einem Menschen sprechen",
        "je veux parler à un conseiller",
        "quiero hablar con una persona",
        "ik wil een medewerker spreken",
        "please have someone call me",
    ],
)
def test_who_wants_a_person_is_heard(text: str) -> None:
    """However it is asked for, in five languages."""
    signals = read_signals(text)
    assert signals.wants_person
    assert any(reason.startswith("person: ") for reason in signals.because)


@pytest.mark.parametrize(
    "text",
    [
        "I don't want a person",
        "no need for a human",
        "I'd rather not talk to an agent",
        "are you a real person?",
        "am i talking to an actual human",
        "tell me if you are a real person or a bot",
        "do I need to speak to a representative to change it?",
        "my agent told me",
        "the delivery person was rude",
        "I need a person's name changed",
        "where is my order",
        "I want my money back",
        "you can refund me without talking to an agent",
        "ich brauche keinen Mitarbeiter",
        "je ne veux pas parler à un conseiller",
    ],
)
def test_a_person_only_mentioned_or_declined_is_not_asked_for(text: str) -> None:
    """A word alone does not hand a customer over."""
    assert not read_signals(text).wants_person


@pytest.mark.parametrize(
    ("text", "earlier", "expected"),
    [
        ("where is my order 1042?", ["Where is my order 1042"], True),
        ("wher is my order 1042 ?!", ["hello", "Where is my order 1042", "thanks"], True),
        ("where is my order 1042?", ["where is my order 1050?"], False),
        ("where is my order?", ["how do I return my shoes?"], False),
        ("yes", ["yes"], False),
        ("1042", ["1042"], False),
        ("As I said, it is broken", [], True),
        ("this is the third time I ask", [], True),
        ("wie gesagt, sie ist kaputt", [], True),
        ("how many times can I use it?", [], False),
        ("how many times do I have to say it", [], True),
        ("I want to order again", [], False),
    ],
)
def test_saying_the_same_again_is_noticed(text: str, earlier: list[str], expected: bool) -> None:
    """Nearly the same words, or "as I said"; another number is another question."""
    assert read_signals(text, earlier).repetition is expected


def test_only_recent_messages_are_compared() -> None:
    """A question from long ago may be asked again."""
    earlier = ["where is my order 1042", *(f"something else number {n}" for n in range(20))]
    assert not read_signals("where is my order 1042", earlier).repetition


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=4))
def test_no_message_breaks_the_reading(text: str, earlier: list[str]) -> None:
    """Anger stays between 0 and 1, and every signal has its reason."""
    signals = read_signals(text, earlier)
    assert 0.0 <= signals.anger <= 1.0
    assert bool(signals.because) == (signals.anger > 0 or signals.repetition or signals.wants_person)
    assert len(signals.because) <= 8


@pytest.mark.parametrize("text", ["not " * 300_000, "!?" * 5000, "I WANT " * 2000, "speak to " * 2000])
def test_huge_messages_are_read_without_harm(text: str) -> None:
    """Only the start is read."""
    assert read_signals(text, [text, text]).anger <= 1.0
