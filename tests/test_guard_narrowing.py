"""Whether a model says of more, of another part or the other way round what an article tells."""

import pytest

from hybrid_agent.guardrails import check_worded, ground
from hybrid_agent.state import Point, PointKind, Sentence

TOLD = (
    "Small boats may moor at the inner quay for 9 EUR a night. "
    "Report a broken lock by telephone, other damage through the portal. "
    "The slipway is open from April to October. Boats longer than 12 metres need a pilot. "
    "Sailors with a yearly pass park for free. The harbour master calls you before departure."
)


def rules(text: str) -> set[str]:
    point = Point(kind=PointKind.ANSWER, text="", evidence=("article",))
    said = Sentence(text=text, evidence=("article",), says=(0,))
    return {each.rule for each in check_worded(said, {"article": ground(text=TOLD)}, points=[point])}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Boats may moor at the inner quay for 9 EUR a night.", "lost_scope"),
        ("Boats need a pilot.", "lost_scope"),
        ("Sailors park for free.", "lost_scope"),
        ("Report a broken lock through the portal.", "spliced"),
        ("The slipway is open from October to April.", "changed_range"),
        ("The harbour master calls you before arrival.", "opposed"),
    ],
)
def test_what_narrows_or_turns_a_statement_may_not_change(text: str, rule: str) -> None:
    """A lost qualifier, another part's way, swapped ends and an opposite are each named."""
    assert rule in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "Small boats can moor at the inner quay for 9 EUR per night.",
        "The slipway is open between April and October.",
        "Boats that are longer than 12 metres need a pilot.",
        "Please report a broken lock by phone.",
        "Sailors with a yearly pass park free of charge.",
    ],
)
def test_the_same_in_other_words_is_said(text: str) -> None:
    """Ordinary paraphrases that keep what narrows a statement down break no rule."""
    assert rules(text) == set()
