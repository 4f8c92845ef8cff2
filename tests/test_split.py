"""Several requests in one message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent.reasoning.split import MAX_REQUESTS, split_requests


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "where is order 1042 and can you also cancel 1050?",
            ["where is order 1042", "can you also cancel 1050?"],
        ),
        (
            "I want to return my shoes. Also, what are your opening hours?",
            ["I want to return my shoes.", "what are your opening hours?"],
        ),
        (
            "Where is my order? How long does a refund take?",
            ["Where is my order?", "How long does a refund take?"],
        ),
        ("cancel 1050 and change the address of 1042", ["cancel 1050", "change the address of 1042"]),
        (
            "I want a refund for 1042. It was broken. Also where is 1050?",
            ["I want a refund for 1042. It was broken.", "where is 1050?"],
        ),
        (
            "Please update my address. My password doesn't work. Can you reset it?",
            ["Please update my address.", "My password doesn't work. Can you reset it?"],
        ),
        ("1. Where is 1042?\n2. Cancel 1050", ["Where is 1042?", "Cancel 1050"]),
        ("- cancel 1042\n- refund 1050\n", ["cancel 1042", "refund 1050"]),
        (
            "I want to know where my order is and what your opening hours are",
            ["I want to know where my order is", "what your opening hours are"],
        ),
        (
            "Where is my order? How do I close my account?",
            ["Where is my order?", "How do I close my account?"],
        ),
        (
            "Where is 1042? Oh and my password does not work.",
            ["Where is 1042?", "my password does not work."],
        ),
        (
            "Wo ist meine Bestellung 1042 und können Sie 1050 stornieren?",
            ["Wo ist meine Bestellung 1042", "können Sie 1050 stornieren?"],
        ),
        (
            "Où est ma commande 1042 et pouvez-vous annuler 1050 ?",
            ["Où est ma commande 1042", "pouvez-vous annuler 1050 ?"],
        ),
        (
            "Quiero devolver mis zapatos. Además, ¿dónde está 1050?",
            ["Quiero devolver mis zapatos.", "¿dónde está 1050?"],
        ),
        ("Waar is 1042 en kunt u 1050 annuleren?", ["Waar is 1042", "kunt u 1050 annuleren?"]),
    ],
)
def test_several_requests_are_told_apart(text: str, expected: list[str]) -> None:
    """Each part can be understood by itself and keeps its own reasons."""
    assert list(split_requests(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "my name is Ann and my order is 1042",
        "it arrived broken and I want my money back",
        "Hi! Where is my order?",
        "Hello there. I have a question. Where is order 1042?",
        "where is my order and when will it arrive?",
        "cancel my order and refund me",
        "can you cancel my order and send me a confirmation",
        "Please update my address. I live at 12 Main St. Can you do that today?",
        "please send it to 12 Rue de la Paix, 75002 Paris and not to the old address",
        "The parcel came. It was damaged. I want a refund. My name is Ann.",
        "I bought shoes and a hat and I would like to return the hat",
        "please cancel order 1042 because I ordered twice and I want to keep 1043",
        "where is order no. 1042? thanks",
        "Thanks! And how do I close my account?",
        "my shoes and my socks",
        "My order 1042 never came. Where is it? What is going on?",
        "Please help! Where is my order?",
        "Why was I charged twice? Can you explain?",
        "I want to return order 1042. How long?",
        "and",
        "...",
        "12.50",
    ],
)
def test_one_request_stays_in_one_piece(text: str) -> None:
    """Greetings, details, reasons and follow-ups belong to the request they are about."""
    assert split_requests(text) == (text,)


def test_nothing_said_is_no_request() -> None:
    """An empty message has no parts."""
    assert split_requests("") == split_requests(" \n ") == ()


def test_the_number_of_parts_is_bounded() -> None:
    """What comes after the last part that counts stays with it."""
    parts = split_requests(" ".join(f"Where is order {n}?" for n in range(1000, 1010)))
    assert len(parts) == MAX_REQUESTS
    assert parts[-1].endswith("1009?")


WORDS = [
    "where is",
    "order",
    "1042",
    "1050",
    "and",
    "also",
    "can you",
    "cancel",
    "it",
    ".",
    "?",
    "!",
    "\n",
    "1.",
    "-",
    "because",
    "I want",
    "please",
    "und",
    "Hi",
    ",",
    "st.",
    "\u200b",
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)))
def test_no_number_is_lost_and_nothing_is_invented(text: str) -> None:
    """The parts hold every number of the message, in order, and only words of it."""
    parts = split_requests(text)
    assert len(parts) <= MAX_REQUESTS
    assert bool(parts) == bool(text.strip())
    joined = " ".join(parts)
    assert [word for word in joined.split() if word in ("1042", "1050")] == [
        word for word in text.split() if word in ("1042", "1050")
    ]
    assert set(joined) - {" "} <= set(text)


@pytest.mark.parametrize(
    "text", ["a. " * 300_000, "where is 12 and " * 1000, "also " * 2000, "1. " * 3000, "?" * 100_000]
)
def test_huge_messages_are_split_without_harm(text: str) -> None:
    """A paste costs no more than a long message."""
    assert 1 <= len(split_requests(text)) <= MAX_REQUESTS
