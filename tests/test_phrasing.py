"""Templates and values as a customer reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import money, places, render, show

SCOPE: dict[str, JsonValue] = {
    "order": {
        "number": "1044",
        "status": "partly_shipped",
        "placed_at": "2026-11-03T14:05:00+01:00",
        "due": "2026-12-03",
        "total": {"amount": "1129.90", "currency": "EUR"},
        "carrier": None,
        "note": "",
        "lines": [{"title": "Tent"}, {"title": "Stove"}],
        "gift": True,
        "shipping_address": {
            "name": "Anna Keller",
            "line1": "Oudegracht 418",
            "line2": None,
            "postcode": "3511 PK",
            "city": "Utrecht",
            "country": "NL",
        },
    }
}


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("Order {order.number}.", "Order 1044."),
        ("It is {order.status|words}.", "It is partly shipped."),
        ("Placed on {order.placed_at}.", "Placed on 3 November 2026."),
        ("Placed at {order.placed_at|time}.", "Placed at 14:05."),
        ("Due on {order.due}.", "Due on 3 December 2026."),
        ("It costs {order.total}.", "It costs €1,129.90."),
        ("With {order.lines[].title}.", "With Tent, Stove."),
        ("A gift: {order.gift}.", "A gift: yes."),
        ("To {order.shipping_address}.", "To Anna Keller, Oudegracht 418, 3511 PK Utrecht, NL."),
        ("Nothing to fill in {here} or {Order}.", None),
        ("No places at all: {} { order }", "No places at all: {} { order }"),
    ],
)
def test_a_template_reads_like_a_sentence(template: str, written: str | None) -> None:
    """Money, dates, times, lists and addresses appear in their usual forms."""
    if written is None:
        with pytest.raises(KeyError, match="here"):
            render(template, SCOPE)
    else:
        assert render(template, SCOPE) == written


@pytest.mark.parametrize(
    "path", ["order.carrier", "order.note", "order.nothing", "nothing", "order.number.deeper"]
)
def test_no_reply_goes_out_with_a_hole(path: str) -> None:
    """A value that is missing or empty stops the sentence and says which value it is."""
    with pytest.raises(KeyError, match=path):
        render(f"It is {{{path}}}.", SCOPE)


def test_places_names_what_a_template_needs() -> None:
    """The lint and the evidence see every path of a template, also those that are written in a form."""
    assert list(places("{order.number} at {order.placed_at|time}, {slot.email}")) == [
        "order.number",
        "order.placed_at",
        "slot.email",
    ]


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("12.50", "EUR", "€12.50"),
        ("1234567.00", "USD", "$1,234,567.00"),
        ("0.00", "GBP", "£0.00"),
        ("12.50", "SEK", "12.50 SEK"),
        ("1200", "JPY", "1,200 JPY"),
        ("unknown", "EUR", "€unknown"),
    ],
)
def test_money_is_written_with_its_currency(amount: str, currency: str, written: str) -> None:
    """An amount never loses its decimals or its currency."""
    assert money(amount, currency) == written


@pytest.mark.parametrize(
    "text", ["2026-13-40", "2026-02-30T10:00", "20261203", "3511 PK", "2026-12-03 or so"]
)
def test_what_only_looks_like_a_date_is_left_alone(text: str) -> None:
    """An id or a mistyped date is said as it stands."""
    assert show(text) == text


def test_values_are_never_templates() -> None:
    """What a customer or a system wrote into a value is not filled in a second time."""
    scope: dict[str, JsonValue] = {"a": "{b}", "b": "secret"}
    assert render("{a}", scope) == "{b}"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_every_value_can_be_shown(value: JsonValue) -> None:
    """No value that a system gives breaks a reply."""
    assert isinstance(show(value), str)


@given(st.text(), st.dictionaries(st.sampled_from(["a", "b"]), st.text(min_size=1)))
def test_text_without_places_stays_as_it_is(text: str, scope: dict[str, JsonValue]) -> None:
    """Only known places are replaced; braces in a text do no harm."""
    if not list(places(text)):
        assert render(text, scope) == text
