"""Slot recognisers: what customers write, and the value that is read."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent.slots import (
    MAX_TEXT,
    Hints,
    InvalidPattern,
    InvalidSlot,
    SlotKind,
    compile_pattern,
    corrects,
    find,
    meant,
    parse,
)

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
COLOURS = {"blue": ("navy", "azul"), "red": ("crimson",), "dark_green": ()}


def hints(**more: Any) -> Hints:
    return Hints(**{"now": MONDAY, "pattern": r"\d{4}", "choices": COLOURS, **more})


def values(kind: SlotKind, text: str, **more: Any) -> list[Any]:
    return [one.value for one in find(kind, text, hints(**more))]


def sure(kind: SlotKind, text: str, **more: Any) -> list[tuple[Any, bool]]:
    return [(one.value, one.certain) for one in find(kind, text, hints(**more))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is order 1044?", [("1044", True)]),
        ("#1044", [("1044", True)]),
        ("Order no. 1044 please", [("1044", True)]),
        ("my order number is: 1044", [("1044", True)]),
        ("Bestellung Nr. 1044", [("1044", True)]),
        ("ma commande n° 1044", [("1044", True)]),
        ("\uff11\uff10\uff14\uff14", [("1044", True)]),
        ("order \u200f#10\u200b44", [("1044", True)]),
        ("order #10 44", [("1044", True)]),
        ("order \u0661\u0660\u0664\u0664", [("1044", True)]),
        ("orders 1042, 1050 and #1060", [("1042", True), ("1050", True), ("1060", True)]),
        ("1044 is late", [("1044", True)]),
        ("it was in 2026", [("2026", False)]),
        ("I live at 1044 Main Street", [("1044", False)]),
        ("send order 1042 to Laan 12, 1073 LL Amsterdam", [("1042", True), ("1073", False)]),
        ("change my pin to 1234", [("1234", False)]),
        ("the card ending in 1234", [("1234", False)]),
        ("I paid $1044", []),
        ("I paid 1044 EUR", []),
        ("in 1044 days", []),
        ("call +1 415 555 2671", []),
        ("12.1044", []),
        ("order 10441", []),
        ("order 104", []),
        ("abc1044def", []),
        ("", []),
    ],
)
def test_order_numbers_are_read_as_customers_write_them(text: str, expected: list[tuple[str, bool]]) -> None:
    """An id counts in any usual spelling, and numbers that are something else do not."""
    assert sure(SlotKind.ID, text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"ORD-\d{5}", "where's ord-12345?", ["ORD-12345"]),
        (r"ORD-\d{5}", "ORD12345", ["ORD-12345"]),
        (r"ORD-\d{5}", "ord 12345", ["ORD-12345"]),
        (r"ORD-\d{5}", "ORD - 12345", ["ORD-12345"]),
        (r"ORD-\d{5}", "order 12345", ["ORD-12345"]),
        (r"ORD-\d{5}", "I have 12345 stamps", []),
        (r"^#\d{4}$", "order 1044", ["#1044"]),
        (r"#?\d{4}", "#1044", ["1044"]),
        (r"[A-Z]{2}\d{6}", "ab 123456", ["AB123456"]),
        (r"[a-f0-9]{8}", "ref DEADBEEF please", ["deadbeef"]),
        (r"\d{3}-\d{7}", "order 123 4567890", ["123-4567890"]),
    ],
)
def test_an_id_comes_back_in_the_spelling_of_the_catalog(
    pattern: str, text: str, expected: list[str]
) -> None:
    """Case, separators and a left-out prefix are put right by the catalog's own pattern."""
    assert values(SlotKind.ID, text, pattern=pattern) == expected


def test_the_catalog_can_name_its_own_labels() -> None:
    """A word that names the record makes a bare number certain, even one that looks like a year."""
    assert sure(SlotKind.ID, "booking 2026") == [("2026", False)]
    assert sure(SlotKind.ID, "booking 2026", labels=("booking",)) == [("2026", True)]


def test_a_bare_number_counts_when_it_was_asked_for() -> None:
    """The same words say more after a question for them."""
    assert sure(SlotKind.ID, "12345", pattern=r"ORD-\d{5}", asked=True) == [("ORD-12345", True)]
    assert sure(SlotKind.ID, "2026", asked=True) == [("2026", True)]


def test_a_pattern_that_could_run_for_long_cannot_stall_a_turn() -> None:
    """A catastrophic regex finds nothing or something, but comes back."""
    assert values(SlotKind.ID, "a" * 3000 + "!", pattern=r"(a+)+\d") == []


@pytest.mark.parametrize(
    ("pattern", "why"), [("x" * 201, "200"), ("(", "regular expression"), (r"\d*", "nothing")]
)
def test_an_unusable_pattern_is_refused_with_the_reason(pattern: str, why: str) -> None:
    """The catalog's lint can say what to write instead."""
    with pytest.raises(InvalidPattern, match=why):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail ann@example.com please", ["ann@example.com"]),
        ("Ann.Smith+shop@EXAMPLE.co.uk.", ["Ann.Smith+shop@example.co.uk"]),
        ("a@example.com or <b@example.org>", ["a@example.com", "b@example.org"]),
        ("jürgen@müller.de", ["jürgen@müller.de"]),
        ("ann@example", []),
        ("@ann", []),
        ("ann@@example.com", []),
        ("ann at example dot com", []),
    ],
)
def test_e_mail_addresses(text: str, expected: list[str]) -> None:
    """Addresses of valid form are found with their domain in lower case."""
    assert values(SlotKind.EMAIL, text) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("call me on (415) 555-2671", "US", [("+14155552671", True)]),
        ("+49 30 901820", "US", [("+4930901820", True)]),
        ("020 7946 0958", "GB", [("+442079460958", True)]),
        ("06 12 34 56 78", "FR", [("+33612345678", True)]),
        ("030 901820", "DE", [("+4930901820", True)]),
        ("4155552671", "US", [("+14155552671", False)]),
        ("orders 1042 1050", "US", []),
        ("12/04/2026", "US", []),
        ("123", "US", []),
    ],
)
def test_phone_numbers_in_e164(text: str, country: str, expected: list[tuple[str, bool]]) -> None:
    """Numbers are read by the customer's country; a bare run of digits could be something else."""
    assert sure(SlotKind.PHONE, text, country=country) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("my zip is 90210", "US", [("90210", True)]),
        ("90210-1234", "US", [("90210-1234", False)]),
        ("change the postcode to 90210", "US", [("90210", True)]),
        ("PLZ 10115", "DE", [("10115", True)]),
        ("SW1A 1AA", "US", [("SW1A 1AA", True)]),
        ("sw1a1aa", "GB", [("SW1A 1AA", False)]),
        ("1012 AB", "US", [("1012 AB", True)]),
        ("M5H2N2", "US", [("M5H 2N2", True)]),
        ("at 1030 am", "US", []),
        ("order 104412", "US", []),
        ("$90210", "US", []),
    ],
)
def test_postcodes(text: str, country: str, expected: list[tuple[str, bool]]) -> None:
    """Postcodes of the customer's country, and any that their shape gives away."""
    assert sure(SlotKind.POSTCODE, text, country=country) == expected


ADDRESSES = [
    (
        "please send it to 12 Rue de la Paix, 75002 Paris, France instead",
        "12 Rue de la Paix||Paris||75002|FR",
    ),
    ("12 Main Street, Springfield, IL 62701", "12 Main Street||Springfield|IL|62701|US"),
    ("123 Main St Apt 4B Springfield IL 62701", "123 Main St|Apt 4B|Springfield|IL|62701|US"),
    (
        "742 Evergreen Terrace, Apt. 3, Portland, Oregon 97201, USA please",
        "742 Evergreen Terrace|Apt. 3|Portland|OR|97201|US",
    ),
    ("350 5th Ave, New York, NY 10118", "350 5th Ave||New York|NY|10118|US"),
    ("PO Box 123, Austin, TX 78701", "PO Box 123||Austin|TX|78701|US"),
    ("12 Main St, St. Louis, MO 63101-1234", "12 Main St||St. Louis|MO|63101-1234|US"),
    ("Ann Smith\n12 Main Street\nSpringfield, IL 62701\nUSA", "12 Main Street||Springfield|IL|62701|US"),
    ("221B Baker Street, London NW1 6XE", "221B Baker Street||London||NW1 6XE|GB"),
    (
        "order 1044 should go to 10 Downing Street, London SW1A 2AA. Thanks!",
        "10 Downing Street||London||SW1A 2AA|GB",
    ),
    ("Flat 2, 10 High Street, Oxford, ox1 4ab, UK", "10 High Street|Flat 2|Oxford||OX1 4AB|GB"),
    (
        "4 Privet Drive\nLittle Whinging\nSurrey\nGU12 5AB",
        "4 Privet Drive||Little Whinging|Surrey|GU12 5AB|GB",
    ),
    ("Hauptstraße 5, 10115 Berlin", "Hauptstraße 5||Berlin||10115|DE"),
    ("bitte an Hauptstr. 5a, 10115 Berlin, Deutschland schicken", "Hauptstr. 5a||Berlin||10115|DE"),
    ("Am Alten Markt 7\n50667 Köln", "Am Alten Markt 7||Köln||50667|DE"),
    ("Musterweg 3, 80331 München. Danke!", "Musterweg 3||München||80331|DE"),
    ("12 rue victor hugo, 69002 lyon", "12 rue victor hugo||lyon||69002|FR"),
    ("5 Avenue Anatole France 75007 Paris", "5 Avenue Anatole France||Paris||75007|FR"),
    ("12 bis Rue de la Paix\nBâtiment B\n75002 Paris", "12 bis Rue de la Paix|Bâtiment B|Paris||75002|FR"),
    ("Keizersgracht 123, 1015 CJ Amsterdam", "Keizersgracht 123||Amsterdam||1015 CJ|NL"),
    ("my new address is Van Woustraat 12-2, 1073LL Amsterdam.", "Van Woustraat 12-2||Amsterdam||1073 LL|NL"),
    ("Lange Voorhout 8, 2514 EC Den Haag", "Lange Voorhout 8||Den Haag||2514 EC|NL"),
    ("Calle Mayor 5, 28013 Madrid, Spain", "Calle Mayor 5||Madrid||28013|ES"),
    ("Via Roma 1, 00184 Roma, Italia", "Via Roma 1||Roma||00184|IT"),
    ("Mariahilfer Straße 10, 1060 Wien, Österreich", "Mariahilfer Straße 10||Wien||1060|AT"),
    ("Grand Place 1, 1000 Bruxelles, Belgium", "Grand Place 1||Bruxelles||1000|BE"),
    ("100 Queen St W, Toronto, ON M5H 2N2", "100 Queen St W||Toronto|ON|M5H 2N2|CA"),
    ("1 George Street, Sydney NSW 2000", "1 George Street||Sydney|NSW|2000|AU"),
    ("Nyhavn 12, 1051 København, Denmark", "Nyhavn 12||København||1051|DK"),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_postal_addresses_in_one_message(text: str, expected: str) -> None:
    """Street, second line, city, region, postcode and country are told apart in the usual written forms."""
    found = find(SlotKind.ADDRESS, text, hints())
    assert ["|".join(one.value.values()) for one in found if isinstance(one.value, dict)] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "where is order 10441 Berlin",
        "I ordered 2 shoes, 12345 is the order",
        "10 Downing St, London",
        "my order 1042 has 3 items",
        "I paid 12.50 on 12/04/2026, order 10441",
        "no digits in here",
    ],
)
def test_what_is_no_whole_address_is_not_made_one(text: str) -> None:
    """Without street, city and postcode together there is no address to write anywhere."""
    assert values(SlotKind.ADDRESS, text) == []


def test_an_address_whose_country_is_a_guess_is_not_certain() -> None:
    """Four-digit postcodes fit several countries; a country named or at home settles it."""
    text = "Bahnhofstrasse 1, 8001 Zürich"
    assert [one.certain for one in find(SlotKind.ADDRESS, text, hints())] == [False]
    named = find(SlotKind.ADDRESS, text + ", Switzerland", hints())[0]
    assert (named.value["country"], named.certain) == ("CH", True)  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow", [("2026-11-24", True)]),
        ("the day after tomorrow", [("2026-11-25", True)]),
        ("Tuesday", [("2026-11-24", True)]),
        ("next Tuesday", [("2026-12-01", False)]),
        ("next Monday", [("2026-11-30", True)]),
        ("this Friday", [("2026-11-27", True)]),
        ("last Friday", [("2026-11-20", True)]),
        ("on Monday", [("2026-11-30", False)]),
        ("Tuesday next week", [("2026-12-01", True)]),
        ("next week on Wednesday", [("2026-12-02", True)]),
        ("in two weeks", [("2026-12-07", True)]),
        ("3 days ago", [("2026-11-20", True)]),
        ("in a month", [("2026-12-23", True)]),
        ("the 3rd of December", [("2026-12-03", True)]),
        ("December 3rd, 2027", [("2027-12-03", True)]),
        ("Thursday 3 December", [("2026-12-03", True)]),
        ("Tuesday 3 December", [("2026-12-03", False)]),
        ("5 January", [("2027-01-05", True)]),
        ("29 Feb", [("2028-02-29", True)]),
        ("2026-12-03", [("2026-12-03", True)]),
        ("12/04/2026", [("2026-12-04", False)]),
        ("13/04/2027", [("2027-04-13", True)]),
        ("04/04/2027", [("2027-04-04", True)]),
        ("3.12.2026", [("2026-12-03", True)]),
        ("on the 3rd", [("2026-12-03", False)]),
        ("nächsten Dienstag", [("2026-12-01", False)]),
        ("am 3. Dezember", [("2026-12-03", True)]),
        ("le 3 décembre 2026", [("2026-12-03", True)]),
        ("el 5 de mayo de 2027", [("2027-05-05", True)]),
        ("overmorgen", [("2026-11-25", True)]),
        ("31 Feb", []),
        ("next week", []),
        ("I may want 2", []),
        ("I sat down and saw the sun", []),
        ("order 1042 for 12.50", []),
        ("within 14 days", []),
        ("ich bin hier", []),
        ("1/2 of it", []),
        ("24/7 support", []),
    ],
)
def test_dates(text: str, expected: list[tuple[str, bool]]) -> None:
    """Dates are read from the customer's today, and one with two readings is not certain."""
    assert sure(SlotKind.DATE, text) == expected


def test_numeric_dates_follow_the_order_of_the_country() -> None:
    """The fourth of December in the US is the twelfth of April in Britain, and neither is certain."""
    assert sure(SlotKind.DATE, "04/12/2027", country="US") == [("2027-04-12", False)]
    assert sure(SlotKind.DATE, "04/12/2027", country="GB") == [("2027-12-04", False)]


def test_dates_without_a_year_go_the_preferred_way() -> None:
    """An appointment lies ahead, a purchase behind."""
    assert values(SlotKind.DATE, "20 November") == ["2027-11-20"]
    assert values(SlotKind.DATE, "20 November", prefer="past") == ["2026-11-20"]
    assert values(SlotKind.DATE, "Friday", prefer="past") == ["2026-11-20"]


@pytest.mark.parametrize(
    ("text", "expected"), [("the 3rd", ("2026-12-03", True)), ("25", ("2026-11-25", False))]
)
def test_a_bare_day_counts_when_a_date_was_asked_for(text: str, expected: tuple[str, bool]) -> None:
    """ "The 3rd" answers a question for a date."""
    assert sure(SlotKind.DATE, text, asked=True) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 3pm", [("15:00", True)]),
        ("3:30 p.m.", [("15:30", True)]),
        ("12 am", [("00:00", True)]),
        ("15:00", [("15:00", True)]),
        ("um 15 Uhr", [("15:00", True)]),
        ("à 15h30", [("15:30", True)]),
        ("09:15", [("09:15", True)]),
        ("at 10", [("10:00", True)]),
        ("at 3", [("15:00", False)]),
        ("at 3 in the afternoon", [("15:00", True)]),
        ("tomorrow morning at 9", [("09:00", True)]),
        ("noon", [("12:00", True)]),
        ("half past three", [("15:30", False)]),
        ("quarter to four pm", [("15:45", True)]),
        ("halb vier", [("15:30", False)]),
        ("3 items", []),
        ("25:00", []),
        ("$3.30", []),
        ("order 1042", []),
        ("12/04/2026", []),
    ],
)
def test_times(text: str, expected: list[tuple[str, bool]]) -> None:
    """Times of day on a 24-hour clock; an hour that could be morning or afternoon is not certain."""
    assert sure(SlotKind.TIME, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow at 3pm", [("2026-11-24T15:00+00:00", True)]),
        ("3pm on Friday", [("2026-11-27T15:00+00:00", True)]),
        ("Dec 3rd, 15:00", [("2026-12-03T15:00+00:00", True)]),
        ("am 3. Dezember um 15 Uhr", [("2026-12-03T15:00+00:00", True)]),
        ("tomorrow at 3", [("2026-11-24T15:00+00:00", False)]),
        ("2026-12-03T15:00:00Z", [("2026-12-03T15:00+00:00", True)]),
        ("2026-12-03T15:00+02:00", [("2026-12-03T13:00+00:00", True)]),
        ("in 2 hours", [("2026-11-23T12:00+00:00", True)]),
        ("tomorrow", []),
        ("3pm", []),
        ("I ordered on Friday. Call me at 3pm", []),
    ],
)
def test_points_in_time(text: str, expected: list[tuple[str, bool]]) -> None:
    """A date and a time that stand together make a point in time with its offset."""
    assert sure(SlotKind.DATETIME, text) == expected


def test_points_in_time_are_in_the_zone_of_the_customer() -> None:
    """Three in the afternoon is meant where the customer is, summer time included."""
    berlin = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert values(SlotKind.DATETIME, "tomorrow at 3pm", now=berlin) == ["2026-06-02T15:00+02:00"]
    assert values(SlotKind.DATETIME, "3 December at 3pm", now=berlin) == ["2026-12-03T15:00+01:00"]


@pytest.mark.parametrize(
    ("text", "country", "amount", "currency", "certain"),
    [
        ("$12.50", "US", "12.50", "USD", True),
        ("$12.50", "CA", "12.50", "CAD", True),
        ("12,50 €", "DE", "12.50", "EUR", True),
        ("EUR 1.234,50", "DE", "1234.50", "EUR", True),
        ("I paid 1,234.56 dollars", "US", "1234.56", "USD", True),
        ("1.234 EUR", "DE", "1234.00", "EUR", True),
        ("1.234 EUR", "US", "1234.00", "EUR", False),
        ("a refund of £20 please", "US", "20.00", "GBP", True),
        ("CHF 1'200.50", "CH", "1200.50", "CHF", True),
        ("¥1200", "JP", "1200", "JPY", True),
        ("500 kr", "DK", "500.00", "DKK", True),
    ],
)
def test_money(text: str, country: str, amount: str, currency: str, certain: bool) -> None:
    """Amounts in any usual spelling, exact, with their currency."""
    assert sure(SlotKind.MONEY, text, country=country) == [
        ({"amount": amount, "currency": currency}, certain)
    ]


def test_a_bare_amount_counts_only_when_it_was_asked_for() -> None:
    """A number alone is money in the country's currency after a question for an amount."""
    assert values(SlotKind.MONEY, "order 1042, 12.50") == []
    assert values(SlotKind.MONEY, "12.50", asked=True, country="FR") == [
        {"amount": "12.50", "currency": "EUR"}
    ]


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("two", True, [(2, True)]),
        ("just one", True, [(1, True)]),
        ("both", True, [(2, True)]),
        ("zwölf", True, [(12, True)]),
        ("3", True, [(3, True)]),
        ("a timer for 15 minutes", False, []),
        ("a couple of days", False, []),
        ("2 of them", False, [(2, True)]),
        ("x3", False, [(3, True)]),
        ("three pieces", False, [(3, True)]),
        ("I have 3 shoes", False, [(3, False)]),
        ("the blue one", False, []),
        ("0", True, []),
        ("$3", True, []),
        ("#3", True, []),
        ("2.5", True, []),
    ],
)
def test_quantities(text: str, asked: bool, expected: list[tuple[int, bool]]) -> None:
    """Whole numbers, in figures or words; number words without a unit only when asked."""
    assert sure(SlotKind.QUANTITY, text, asked=asked) == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("the blue one", False, [("blue", True)]),
        ("NAVY please", False, [("blue", True)]),
        ("dark green", False, [("dark_green", True)]),
        ("blue or red", False, [("blue", False), ("red", False)]),
        ("crimsom", True, [("red", False)]),
        ("crimsom", False, []),
        ("bluetooth", False, []),
    ],
)
def test_choices(text: str, asked: bool, expected: list[tuple[str, bool]]) -> None:
    """A value is named by itself or a synonym; several named, or a slip of the pen, are not certain."""
    assert sure(SlotKind.CHOICE, text, asked=asked) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", [(True, True)]),
        ("Well, yes it is", [(True, True)]),
        ("no, it isn't", [(False, True)]),
        ("ja", [(True, True)]),
        ("yes, but it is not opened", [(True, False)]),
        ("it is unopened", [(True, True)]),
        ("maybe", []),
    ],
)
def test_yes_and_no_as_the_value_of_a_slot(text: str, expected: list[tuple[bool, bool]]) -> None:
    """The word that a reply starts with; one that speaks against itself is not certain."""
    assert sure(SlotKind.YES_NO, text, asked=True) == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("my name is Ann Smith and my order is 1042", False, ["Ann Smith"]),
        ("Ich heiße Jürgen von der Heide", False, ["Jürgen von der Heide"]),
        ("je m'appelle Zoé", False, ["Zoé"]),
        ("my name's O\u2019Brien.", False, ["O'Brien"]),
        ("It's Ann", True, ["Ann"]),
        ("maria garcia lópez", True, ["maria garcia lópez"]),
        ("why do you need it?", True, []),
        ("no", True, []),
        ("where is my order", False, []),
    ],
)
def test_names(text: str, asked: bool, expected: list[str]) -> None:
    """A name is what follows "my name is", or a few words when asked for."""
    assert values(SlotKind.NAME, text, asked=asked) == expected


def test_free_text_counts_only_when_it_was_asked_for() -> None:
    """A message is the answer to the question for a text, and to no other."""
    assert values(SlotKind.TEXT, "  The zip is broken. ", asked=True) == ["The zip is broken."]
    assert values(SlotKind.TEXT, "The zip is broken.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, I meant 1044", "1044"),
        ("sorry, 1044 not 1041", "1044"),
        ("not 1041 but 1044", "1044"),
        ("1044, not order 1041", "1044"),
        ("1044 instead of order 1041", "1044"),
        ("use 1044 instead", "1044"),
        ("1041 is wrong, it's 1044", "1044"),
        ("1041 should be 1044", "1044"),
        ("change it from 1041 to 1044", "1044"),
        ("1041, no wait, 1044", "1044"),
        ("I wrote 1041 but I meant 1044", "1044"),
        ("nicht 1041, sondern 1044", "1044"),
        ("pas 1041 mais 1044", "1044"),
        ("1044", "1044"),
        ("not 1041", None),
        ("1041 or 1044", None),
        ("1041 and 1044", None),
        ("no number here", None),
    ],
)
def test_a_correction_says_which_value_is_meant(text: str, expected: str | None) -> None:
    """Negated values are dropped, the corrected one is kept, and what stays open is None."""
    one = meant(find(SlotKind.ID, text, hints()), text)
    assert (one and one.value) == expected


def test_a_correction_works_for_choices_and_dates_too() -> None:
    """What is meant does not depend on the kind of the slot."""
    text = "actually it is the blue one, not the red one"
    assert getattr(meant(find(SlotKind.CHOICE, text, hints()), text), "value", None) == "blue"
    text = "please move it from Thursday to Friday"
    assert getattr(meant(find(SlotKind.DATE, text, hints()), text), "value", None) == "2026-11-27"
    text = "I am away from Thursday to Friday"
    assert meant(find(SlotKind.DATE, text, hints()), text) is None
    text = "sorry, not Thursday, I meant Friday"
    assert getattr(meant(find(SlotKind.DATE, text, hints()), text), "value", None) == "2026-11-27"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, I meant 1044", True),
        ("actually it is the blue one", True),
        ("sorry, wrong number", True),
        ("change the postcode to 90210", True),
        ("nein, ich meinte 1044", True),
        ("where is my order 1044", False),
        ("I need no receipt", False),
    ],
)
def test_a_message_that_takes_something_back_is_told(text: str, expected: bool) -> None:
    """A correction opens what was filled before; an ordinary message does not."""
    assert corrects(text) is expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (SlotKind.ID, " # 1044 ", "1044"),
        (SlotKind.ID, 1044, "1044"),
        (SlotKind.EMAIL, "Ann@EXAMPLE.com", "Ann@example.com"),
        (SlotKind.PHONE, "415 555 2671", "+14155552671"),
        (SlotKind.POSTCODE, "90210", "90210"),
        (SlotKind.DATE, "3 December", "2026-12-03"),
        (SlotKind.DATE, "2026-12-03", "2026-12-03"),
        (SlotKind.TIME, "3pm", "15:00"),
        (SlotKind.DATETIME, "tomorrow at 3pm", "2026-11-24T15:00+00:00"),
        (SlotKind.MONEY, "12.50 EUR", {"amount": "12.50", "currency": "EUR"}),
        (SlotKind.MONEY, {"amount": 12.5, "currency": "eur"}, {"amount": "12.50", "currency": "EUR"}),
        (SlotKind.QUANTITY, "two", 2),
        (SlotKind.QUANTITY, 3, 3),
        (SlotKind.CHOICE, "Navy", "blue"),
        (SlotKind.YES_NO, "No.", False),
        (SlotKind.YES_NO, True, True),
        (SlotKind.NAME, " Ann  Smith", "Ann Smith"),
        (SlotKind.TEXT, "x", "x"),
    ],
)
def test_a_given_value_is_brought_to_its_canonical_form(
    kind: SlotKind, value: object, expected: object
) -> None:
    """What a form or a model gives is checked as strictly as what a customer writes."""
    assert parse(kind, value, hints()) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SlotKind.ID, "1044; drop table"),
        (SlotKind.ID, "1" * 5000),
        (SlotKind.ID, None),
        (SlotKind.EMAIL, "ann@"),
        (SlotKind.PHONE, "12"),
        (SlotKind.POSTCODE, "ABCDE"),
        (SlotKind.DATE, "someday"),
        (SlotKind.DATE, "2026-02-31"),
        (SlotKind.TIME, "25:00"),
        (SlotKind.DATETIME, "tomorrow"),
        (SlotKind.MONEY, "-5 EUR"),
        (SlotKind.MONEY, {"amount": "NaN", "currency": "EUR"}),
        (SlotKind.MONEY, {"amount": "1", "currency": "XXX"}),
        (SlotKind.QUANTITY, -1),
        (SlotKind.QUANTITY, True),
        (SlotKind.QUANTITY, 10**9),
        (SlotKind.CHOICE, "pink"),
        (SlotKind.YES_NO, "perhaps"),
        (SlotKind.NAME, "123"),
        (SlotKind.TEXT, "x" * (MAX_TEXT + 1)),
        (SlotKind.TEXT, ""),
        (SlotKind.ADDRESS, {"line1": "1 A St", "city": "B", "postcode": "1", "country": "US"}),
        (SlotKind.ADDRESS, {"line1": "1 A St", "admin": "yes"}),
        (SlotKind.ADDRESS, "12 Main Street"),
    ],
)
def test_a_wrong_value_is_refused_with_words_for_the_customer(kind: SlotKind, value: object) -> None:
    """The message says what is wanted and never repeats what was sent."""
    with pytest.raises(InvalidSlot) as refused:
        parse(kind, value, hints())
    assert str(refused.value).endswith(".")
    assert "drop table" not in str(refused.value)


def test_an_address_given_as_a_form_is_completed() -> None:
    """Country names, state names and loose postcodes come out in their codes."""
    form = {
        "line1": " 12  Main St",
        "city": "Austin",
        "region": "texas",
        "postcode": "78701",
        "country": "USA",
    }
    expected = {
        "line1": "12 Main St",
        "line2": "",
        "city": "Austin",
        "region": "TX",
        "postcode": "78701",
        "country": "US",
    }
    assert parse(SlotKind.ADDRESS, form, hints()) == expected
    assert parse(SlotKind.ADDRESS, expected, hints()) == expected


def test_now_without_a_time_zone_is_refused() -> None:
    """Dates read in an unknown zone would be wrong by up to a day."""
    with pytest.raises(ValueError, match="time zone"):
        Hints(now=MONDAY.replace(tzinfo=None))


FRAGMENTS = [
    "order",
    "#",
    "1044",
    "no.",
    "not",
    "I meant",
    "ann@example.com",
    "+49 30 901820",
    "12 Main Street",
    ",",
    "Springfield",
    "IL 62701",
    "Hauptstraße 5",
    "10115 Berlin",
    "75002 Paris",
    "France",
    "1015 CJ Amsterdam",
    "SW1A 1AA",
    "next",
    "Tuesday",
    "tomorrow",
    "at",
    "3pm",
    "3",
    "12/04/2026",
    "3rd of December",
    "noon",
    "half past",
    "four",
    "$12.50",
    "1.234",
    "€",
    "two",
    "blue",
    "yes",
    "no",
    "my name is",
    "Ann",
    "\n",
    "\u200f",
    "\U0001f600",
    "\uff11\uff12",
    "?",
    "!",
    "Apt 4",
    "in",
    "weeks",
    "2026-12-03T15:00",
]
messages = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join))
situations = st.builds(
    hints,
    asked=st.booleans(),
    country=st.sampled_from(["US", "GB", "DE", "FR", "NL", "CH", "JP", "ZZ"]),
    prefer=st.sampled_from(["future", "past"]),
    pattern=st.sampled_from([r"\d{4}", r"#?\d{4}", r"ORD-\d{2,5}", r"[A-Z]{2}\d+", None]),
)


@settings(max_examples=150, deadline=None)
@given(text=messages, situation=situations)
def test_every_find_is_in_the_text_and_stays_what_it_is(text: str, situation: Hints) -> None:
    """No message makes a recogniser fail; spans are of the message; a found value is valid and canonical."""
    for kind in SlotKind:
        for one in find(kind, text, situation):
            assert text[one.start : one.end] == one.text
            assert one.text
            assert parse(kind, one.value, situation) == one.value


@settings(max_examples=100, deadline=None)
@given(cents=st.integers(0, 10**8), currency=st.sampled_from(["EUR", "USD", "GBP", "CHF"]))
def test_money_round_trips(cents: int, currency: str) -> None:
    """An amount written out is read back to the cent."""
    amount = f"{cents // 100}.{cents % 100:02}"
    value = {"amount": amount, "currency": currency}
    assert values(SlotKind.MONEY, f"I paid {currency} {amount} for it") == [value]
    assert parse(SlotKind.MONEY, value, hints()) == value


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, 99999), mark=st.sampled_from(["#", "order ", "Order no. ", "order: #", "ref "]))
def test_ids_round_trip(number: int, mark: str) -> None:
    """An id behind any usual mark is read back digit by digit."""
    written = f"{number:05}"
    assert values(SlotKind.ID, f"where is {mark}{written}?", pattern=r"\d{5}") == [written]


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_dates_round_trip(day: date) -> None:
    """A date written out in full is read back, in words and in figures."""
    assert sure(SlotKind.DATE, f"on {day:%d %B %Y} please") == [(day.isoformat(), True)]
    assert sure(SlotKind.DATE, f"on {day:%B} {day.day}, {day.year}") == [(day.isoformat(), True)]
    assert sure(SlotKind.DATE, day.isoformat()) == [(day.isoformat(), True)]


@pytest.mark.parametrize(
    "text", ["1 " * 500_000, "12345 Aa " * 1000, "\u200f😀" * 4000, "\x00\x07" * 4000, "1,1." * 2000]
)
def test_huge_and_strange_messages_are_read_without_harm(text: str) -> None:
    """Only the first characters are searched, so a paste costs no more than a long message."""
    for kind in SlotKind:
        found = find(kind, text, hints())
        assert all(one.end <= MAX_TEXT for one in found)
        assert len(found) <= 50
