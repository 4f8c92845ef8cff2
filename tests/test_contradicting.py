"""Which statements of a help centre cannot both hold."""

from functools import cache
from pathlib import Path

import pytest
import yaml

from hybrid_agent.encoding.minilm import default_encoder
from hybrid_agent.knowledge.contradicting.contradiction import contradiction

PAIRS = Path(__file__).parent / "data" / "contradictions.yaml"


@cache
def found(label: str) -> tuple[tuple[str, str | None], ...]:
    """For each pair of the list, the pair and how it was found to differ."""
    rows = [(*row, "", "")[:4] for row in yaml.safe_load(PAIRS.read_text("utf-8"))[label]]
    sides = [f"{row[2 + side]}: {row[side]}".removeprefix(": ") for row in rows for side in (0, 1)]
    vectors = default_encoder().encode(sides)
    cosines = (vectors[0::2] * vectors[1::2]).sum(axis=1)
    return tuple(
        (f"{row[0]} | {row[1]}", contradiction(row[0], row[1], float(cosine), under=row[2:]))
        for row, cosine in zip(rows, cosines, strict=True)
    )


def test_most_contradictions_are_found() -> None:
    """Of the labelled pairs that cannot both hold, at least 85 % are found."""
    missed = [pair for pair, how in found("contradict") if how is None]
    assert len(missed) <= 0.15 * len(found("contradict")), missed


def test_statements_that_agree_are_left_alone() -> None:
    """Of the labelled pairs that can both hold, at most 3 % are taken for contradictions."""
    wrong = [(pair, how) for pair, how in found("agree") if how is not None]
    assert len(wrong) <= 0.03 * len(found("agree")), wrong


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        (
            "You can return items within 30 days.",
            "Items can be returned within two weeks.",
            "30 days / 2 weeks",
        ),
        ("The annual fee is 49 USD.", "The annual fee is 59 USD.", "49 USD / 59 USD"),
        ("Gift wrapping is free.", "Gift wrapping costs 4 EUR.", "free / costs"),
    ],
)
def test_a_contradiction_says_how_the_statements_differ(one: str, other: str, difference: str) -> None:
    """What is found names both values or words, in the order of the statements."""
    assert contradiction(one, other, 0.9) == difference


@pytest.mark.parametrize("label", ["contradict", "agree"])
def test_the_order_of_the_statements_does_not_matter(label: str) -> None:
    """Two statements contradict each other or they do not, whichever comes first."""
    for row in yaml.safe_load(PAIRS.read_text("utf-8"))[label]:
        one, other, first, second = (*row, "", "")[:4]
        there = contradiction(one, other, 0.85, under=(first, second)) is None
        assert there == (contradiction(other, one, 0.85, under=(second, first)) is None), row


def test_a_statement_never_contradicts_itself() -> None:
    """A text that stands in two articles holds in both."""
    for label in ("contradict", "agree"):
        for row in yaml.safe_load(PAIRS.read_text("utf-8"))[label]:
            assert contradiction(row[0], row[0], 1.0) is None


def test_statements_about_different_things_are_not_compared() -> None:
    """Another number is no contradiction where the meanings are far apart."""
    assert contradiction("The fee is 49 USD.", "The fee is 59 USD.", 0.2) is None
