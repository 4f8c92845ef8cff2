"""Replies to a question that guards a write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent.reasoning.answers import MAX_ANSWER, AnswerKind, read_answer
from hybrid_agent.slots.words import table

YES, NO, CANCEL, UNCLEAR = AnswerKind.YES, AnswerKind.NO, AnswerKind.CANCEL, AnswerKind.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes please!",
        "YES",
        "yesss",
        "yep, go ahead",
        "ok",
        "OK!!",
        "k",
        "y",
        "sure",
        "Sure, thanks",
        "please do",
        "that's correct, thank you",
        "That\u2019s right.",
        "great, go ahead",
        "well, yes",
        "  yes  ",
        "yes\n",
        "yes yes",
        "\U0001f44d",
        "\U0001f44d\U0001f3fd",
        "\u2705",
        "ja",
        "Ja bitte",
        "ja, gerne",
        "natürlich",
        "oui",
        "Oui, merci",
        "d'accord",
        "sí",
        "Sí, por favor",
        "vale",
        "claro que sí",
        "ja graag",
        "doe maar",
        "is goed",
        "that's true",
        "yes, that's what I want",
        "i confirm",
        "\u200fyes\u200b",
    ],
)
def test_a_plain_yes_is_a_yes(text: str) -> None:
    """Yes and courtesies, in five languages."""
    assert read_answer(text).kind is YES


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No thanks",
        "nope",
        "nooo",
        "no no no",
        "not really",
        "of course not",
        "Absolutely not!",
        "please don't",
        "not yet",
        "nein",
        "nein danke",
        "natürlich nicht",
        "non",
        "non merci",
        "no gracias",
        "nee",
        "nee, bedankt",
        "liever niet",
        "that's wrong",
        "\U0001f44e",
    ],
)
def test_a_plain_no_is_a_no(text: str) -> None:
    """No and courtesies, in five languages."""
    assert read_answer(text).kind is NO


@pytest.mark.parametrize(
    "text",
    [
        "cancel",
        "never mind",
        "Nevermind, thanks",
        "forget it",
        "stop",
        "no, cancel that",
        "Stop, I don't want that any more",
        "please forget about that",
        "Leave it, that is not needed.",
        "please withdraw my request",
        "No. Forget it.",
        "I changed my mind",
        "abbrechen",
        "vergiss es",
        "laissez tomber",
        "olvídalo",
        "laat maar",
    ],
)
def test_dropping_the_request_is_a_cancel(text: str) -> None:
    """The customer wants the whole matter dropped, not just this step."""
    assert read_answer(text).kind is CANCEL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "thanks",
        "hmm",
        "maybe",
        "yes?",
        "yes...",
        "yes\u2026",
        "ok?!",
        "yes no",
        "yes and no",
        "yes or no",
        "yes if it is free",
        "yes but not today",
        "yes when it ships",
        "yes, send it to Paris",
        '"yes"',
        "> yes",
        "I said yes",
        "did I say yes?",
        "yeah right",
        "sure, whatever",
        "oh great",
        "yeah sure",
        "ja ja",
        "no problem",
        "no worries, go ahead",
        "don't cancel",
        "no cancelar",
        "do not stop",
        "not yes",
        "yes, cancel it",
        "yesterday",
        "okra",
        "no way yes",
        "yes\n\nSent from my phone",
        "\U0001f644",
        "yes \U0001f644",
        "\x00\x01",
        "1",
        "sí, pero no hoy",
        "ja, aber nur wenn es kostenlos ist",
        "oui mais demain",
        "please",
        "yes " * 100,
    ],
)
def test_everything_else_is_unclear(text: str) -> None:
    """Questions, conditions, doubts, quotes, mixtures and more words are no permission."""
    assert read_answer(text).kind is UNCLEAR


def test_what_goes_beyond_the_answer_is_kept() -> None:
    """The rest of a reply can be read as a correction or a new request."""
    yes_but = read_answer("Yes, but send it to Paris")
    assert (yes_but.kind, yes_but.leads_with, yes_but.remainder) == (UNCLEAR, YES, "but send it to Paris")
    no_meant = read_answer("no, I meant 1044")
    assert (no_meant.kind, no_meant.leads_with, no_meant.remainder) == (UNCLEAR, NO, "I meant 1044")
    other = read_answer("where is my parcel?")
    assert (other.kind, other.leads_with, other.remainder) == (UNCLEAR, None, "where is my parcel?")
    assert read_answer("yes").remainder == ""


def test_words_of_the_question_itself_can_confirm_it() -> None:
    """ "Cancel it" answers "Shall I cancel order 1050?", and a bare "cancel" is then ambiguous."""
    assert read_answer("yes, cancel it", ("cancel it",)).kind is YES
    assert read_answer("cancel it please", ("cancel it",)).kind is YES
    assert read_answer("cancel", ("cancel it",)).kind is UNCLEAR
    assert read_answer("don't cancel it", ("cancel it",)).kind is UNCLEAR
    assert read_answer("yes, refund me", ("refund me",)).kind is YES
    assert read_answer("cancel", ("refund me",)).kind is CANCEL


def test_no_phrase_means_two_things() -> None:
    """The word lists contradict neither each other nor themselves."""
    words = table("answers")
    lists = [set(words[name]) for name in ("yes", "no", "cancel", "doubtful", "filler")]
    for index, one in enumerate(lists):
        for other in lists[index + 1 :]:
            assert not one & other
    assert all(phrase == phrase.lower() for phrases in lists for phrase in phrases)


WORDS = table("answers")
negations = st.sampled_from(WORDS["negation"])
affirmations = st.lists(
    st.sampled_from([*WORDS["yes"], *WORDS["filler"], ",", ".", "!", "order", "1044"]), max_size=6
)


@settings(max_examples=300, deadline=None)
@given(before=affirmations, negation=negations, after=affirmations, upper=st.booleans())
def test_a_text_with_a_negation_is_never_a_yes(
    before: list[str], negation: str, after: list[str], upper: bool
) -> None:
    """Wherever a negation stands, nothing is permitted."""
    text = " ".join([*before, negation, *after])
    assert read_answer(text.upper() if upper else text).kind is not YES


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60), st.lists(st.sampled_from([*WORDS["yes"], "if", "?", "but", "x"])).map(" ".join)
    )
)
def test_only_words_for_yes_make_a_yes(text: str) -> None:
    """No text makes reading fail, and a yes holds no character that a question, quote or number has."""
    answer = read_answer(text)
    if answer.kind is YES:
        assert not set(text) & set('?"0123456789()')
        assert len(text) <= MAX_ANSWER
