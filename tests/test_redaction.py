"""The one redactor: what it masks, what it leaves, and what a deployment may add."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.redaction.checked import cards, ibans
from hybrid_agent.redaction.patterns import InvalidPatternError, compiled
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.screen import screen_text
from hybrid_agent.redaction.settings import RedactionSettings
from hybrid_agent.settings import read_settings
from hybrid_agent.slots.personal import id_recogniser, personal_recognisers

REDACTOR = Redactor(country="NL", recognisers=personal_recognisers("NL", "en"))
CARDS = ("4111 1111 1111 1111", "5500-0000-0000-0004", "340376792748116", "4119268469462942")
IBANS = ("ES91 2100 0418 4502 0005 1332", "NL91ABNA0417164300", "GB37LTXZ84215830989318")
OTHERS = (
    *(
        "anna@post.example",
        "+31 6 12345678",
        "192.168.7.31",
        "Dorpsstraat 12, 1234 AB Utrecht",
        "536-90-4399",
    ),
    *(
        "password: Tr0ub4dor&3",
        "my name is Anna de Vries",
        "born on 8/5/1989",
        "https://a.example/x?token=abc1",
    ),
)

pieces = st.one_of(
    st.sampled_from([*CARDS, *IBANS, *OTHERS]), st.text(max_size=6), st.text("0159 -.,[]", max_size=8)
)
texts = st.lists(pieces, max_size=6).map(" ".join)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Loading takes longer than a property test may."""
    REDACTOR.warm()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to anna.berg+shop@post.example.com now", "write to [email] now"),
        ("it is anna dot berg at post dot example", "it is anna dot [email]"),
        ("call me on 06 1234 5678 today", "call me on [phone] today"),
        ("Mobile: 03.93.92.16.85", "Mobile: [phone]"),
        ("card 4111 1111 1111 1111, 12/27", "card [card], 12/27"),
        ("my card # 503890547220", "my card # [card]"),
        ("pay to NL91 ABNA 0417 1643 00 please", "pay to [iban] please"),
        ("my SSN: 536-90-4399", "my SSN: [national id]"),
        ("blocked from 192.168.7.31", "blocked from [ip address]"),
        ("the password is hunter2!", "the password is [secret]"),
        ("my password hunter2! fails", "my password [secret] fails"),
        ("I was born on 12 May 1980.", "I was born on [birth date]."),
        ("my zip code is 76400", "my zip code is [postcode]"),
        ("see https://shop.example/reset?token=ab12 for it", "see [link] for it"),
        ("Hello, this is Anna Berg speaking", "Hello, this is [name] speaking"),
        ("My name is Anna de Vries and I wait", "My name is [name] and I wait"),
        ("Thanks.\nBest regards,\nAnna Berg", "Thanks.\nBest regards,\n[name]"),
        ("I moved to Rua do Arenque 1634", "I moved to [address]"),
        ("send it to 11 Botley Road, Oxford", "send it to [address]"),
        ("lives at Magasinsgatan 7\nSuite 12\nMalmö 21145", "lives at [address]"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(text: str, masked: str) -> None:
    """Each kind is found in the words around it, and only it is replaced."""
    assert REDACTOR.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Order 302-1234567-1234567 from 2025-06-10 cost 1,299.00 EUR",
        "order 1044 and order #20417, both of 12 March 2025",
        "I bought 2 Nike Air Max 90 and the iPhone 15 for $1,099",
        "parcel 00340434161094021501 is delayed",
        "version 8.5.1.2 does not start on Windows 11",
        "I forgot my password and the reset mail does not come",
        "my pin is for my bank, what is the limit?",
        "my pin is missing and my password is gone",
        "Dear team, please cancel my order",
        "Room 12, 3 nights, 2 adults: is breakfast included?",
        "see https://help.example/returns#exchange",
        "the list has 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 13",
        "It is at 5 pm on Monday 14 July 2025",
    ],
)
def test_what_a_shop_needs_stays(text: str) -> None:
    """Order numbers, dates, amounts, products, versions, links and plain questions are not touched."""
    assert REDACTOR.mask(text) == text


@given(texts)
def test_masking_twice_changes_nothing(text: str) -> None:
    """What was masked has nothing left to mask."""
    once = REDACTOR.mask(text)
    assert REDACTOR.mask(once) == once


@given(texts)
def test_no_number_that_proves_itself_is_left(text: str) -> None:
    """Neither a card nor an account number survives masking, or a card what is stored."""
    masked = REDACTOR.mask(text)
    assert not list(cards(masked)) and not list(ibans(masked))
    assert not list(cards(screen_text(text).text))


@given(st.lists(st.tuples(st.sampled_from([*CARDS, *IBANS, *OTHERS[:3]]), st.text("abc ,\n", max_size=5))))
def test_no_value_is_left_among_others(written: list[tuple[str, str]]) -> None:
    """A value is masked wherever it stands as words of its own."""
    masked = REDACTOR.mask("".join(f"{value} {between} " for value, between in written))
    assert [value for value, _ in written if value in masked] == []


def test_the_id_of_a_record_is_no_telephone_number() -> None:
    """What the catalog's pattern says is an id stays, where its form alone would be a phone number's."""
    text = "about 541-714-1388, please"
    known = Redactor(ids=(id_recogniser(r"\d{3}-\d{3}-\d{4}"),))
    assert (Redactor().mask(text), known.mask(text)) == ("about [phone], please", text)


def test_national_ids_are_those_of_the_country() -> None:
    """Presidio's recognisers of a country's ids are used where the shop is."""
    text = "mi DNI 12345678Z"
    assert Redactor(country="ES").mask("12345678Z") == "[national id]"
    assert Redactor(country="NL").mask("12345678Z") == "12345678Z"
    assert Redactor(country="NL").mask(text) == "mi DNI [national id]"


def test_a_deployment_adds_patterns_of_its_own() -> None:
    """What a deployment's pattern finds is masked, as a word of its own."""
    own = Redactor(RedactionSettings(patterns={"customer": r"K-\d{6}"}))
    assert own.mask("I am K-123456, not SK-1234567") == "I am [private id], not SK-1234567"


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        (".*", "also matches nothing"),
        (r"\w+", "ordinary words"),
        ("[a-z", "not a regular expression"),
        ("(a+)+b", "takes too long"),
        ("a" * 300, "200 or fewer"),
    ],
)
def test_a_pattern_that_harms_is_refused(pattern: str, says: str) -> None:
    """One that matches anything, is none, or can run for long is refused with the reason."""
    with pytest.raises(InvalidPatternError, match=says):
        compiled(pattern)


def test_a_bad_pattern_is_named_with_its_line(tmp_path: Path) -> None:
    """A deployment file with a pattern that harms says where and what to do."""
    file = tmp_path / "support.yaml"
    head = "name: shop\ncatalog: c.yaml\nsystems: {embedded: {}}\nrecords: sqlite:///r.db\n"
    file.write_text(f"{head}redaction:\n  patterns:\n    customer: '.*'\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"support\.yaml:7.*also matches nothing"):
        read_settings(file)


def test_secrets_do_not_stay_in_a_message() -> None:
    """Cards, passwords and national ids leave their mark; what a flow may need stays."""
    said = "card 4111111111111111, pin: 4711, SSN 536-90-4399, IBAN NL91ABNA0417164300, a@b.example"
    kept = screen_text(said)
    marks = "card [card number removed], pin: [removed], SSN [removed]"
    assert kept.text == f"{marks}, IBAN NL91ABNA0417164300, a@b.example" and kept.secrets
    assert screen_text(kept.text) == kept
