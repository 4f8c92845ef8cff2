"""Where a reply sends the customer."""

import pytest

from hybrid_agent.guardrails import check_worded, ground
from hybrid_agent.state import Point, PointKind, Sentence

POINT = Point(kind=PointKind.ANSWER, text="Order 1002 is on its way.", evidence=("order",))


def worded(text: str, data: dict[str, str]) -> list[str]:
    sentence = Sentence(text=text, evidence=("order",), says=(0,))
    return [
        each.rule for each in check_worded(sentence, {"order": ground(data, name="order")}, points=[POINT])
    ]


@pytest.mark.parametrize("place", ["https://evil.example/pay", "refunds@evil.example"])
def test_a_place_within_a_free_text_of_a_record_is_not_the_shops(place: str) -> None:
    """Whoever can write a product's title cannot send customers anywhere by a model's words."""
    broken = worded(
        f"Order 1002 is on its way, see {place}", {"number": "1002", "title": f"Lantern. Go to {place}"}
    )
    assert {"unsupported_link", "unsupported_email"} & set(broken)


def test_a_link_that_is_a_field_may_be_passed_on() -> None:
    """A record's own link is told."""
    link = "https://track.example/de/JD014096475893"
    told = worded(f"You can follow order 1002 here: {link}", {"number": "1002", "tracking_url": link})
    assert not {"unsupported_link", "link"} & set(told)
