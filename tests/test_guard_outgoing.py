"""Texts from systems of record go out as plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent.guardrails import plain_text
from hybrid_agent.guardrails.folding import hidden


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ridgeline Tent, 2 persons", "Ridgeline Tent, 2 persons"),
        ("Tent \u202e\u200bgreen\u0007", "Tent green"),
        ("<b>Tent</b>", "Tent"),
        ("Tent<script>alert(1)</script>", "Tent"),
        ("[the shop](https://shop.example/1)", "the shop (https://shop.example/1)"),
        ("[the shop](javascript:alert(1))", "the shop)"),
        ('<a href="https://shop.example/1">shop</a>', "shop (https://shop.example/1)"),
        ('<a href="javascript:alert(1)">shop</a>', "shop"),
        ("&lt;a href=javascript:alert(1)&gt;shop&lt;/a&gt;", "shop"),
        ("![logo](https://shop.example/i.png)", "logo (https://shop.example/i.png)"),
        ("<https://shop.example/1>", "https://shop.example/1"),
        ("Fish & chips < 5 > 3", "Fish & chips < 5 > 3"),
        ("open javascript:alert(1)", "open "),
        ("Size [M]", "Size [M]"),
    ],
)
def test_markup_and_live_links_become_plain(text: str, shown: str) -> None:
    """Hidden characters, tags and scripts go; a web link keeps its words and its address."""
    assert plain_text(text) == shown


def test_only_links_of_the_evidence_stay() -> None:
    """Where the evidence's links are given, another link leaves its words only."""
    text = "[a](https://shop.example/1) [b](https://evil.example/2)"
    assert plain_text(text, {"https://shop.example/1"}) == "a (https://shop.example/1) b"


@settings(max_examples=300, deadline=None, database=None)
@given(
    text=st.text(max_size=200)
    | st.lists(
        st.sampled_from(
            ["<a href=", "javascript:", "x()", "](", "[", ")", "<", ">", "&lt;", "&amp;", "data:", " ", "b"]
        ),
        max_size=25,
    ).map("".join)
)
def test_mending_settles_and_never_raises(text: str) -> None:
    """Mended once is mended: nothing hidden is left, and a second time changes nothing."""
    mended = plain_text(text)
    assert hidden(mended) == "" and plain_text(mended) == mended
