"""Numbers that prove themselves by a check digit: payment cards and bank accounts."""

import re
from collections.abc import Iterator

DIGITS = re.compile(r"(?<![^\W_])\d(?:[\s.,/_\u2013\u2014-]{0,3}\d){12,60}")
"""A run of digits that may hold a card number, written in groups of any kind."""
_MIN_GROUP = 3
MIN_CARD, MAX_CARD, ISSUERS, MIN_IBAN = 13, 19, "23456", 15
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
"""An ISO date: several in a row can pass for a card number, and no card is written in such groups."""


_CALLED = re.compile(
    r"\bcards?(?:\s(?:number|no\.?|nr\.?|is|ending|with))*\s?[:#=]?\s?"
    r"(?P<card>\d(?:[ -]?\d){11,18})(?!\d)",
    re.IGNORECASE,
)
"""A number that is said to be a card's, whose first digits need not be of the usual ones then."""


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand, by their check digit and their first digits or the word before them."""
    yield from _formed(text)
    yield from (match.span("card") for match in _CALLED.finditer(text) if luhn(match["card"]))


def _formed(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    while match := DIGITS.search(text, end):
        card = card_in(match.group())
        end = match.start() + card[1] if card else match.end()
        if card:
            yield match.start() + card[0], end


def card_in(run: str) -> tuple[int, int] | None:
    """Where the first card number stands in a run of `DIGITS`, maybe beside its date and check digits."""
    places = [place for place, each in enumerate(run) if each.isdigit()]
    dates = [match.span() for match in _DATE.finditer(run)]
    for first in range(len(places) - MIN_CARD + 1):
        begins = first == 0 or places[first] - places[first - 1] > 1
        for length in range(MAX_CARD, MIN_CARD - 1, -1) if begins and run[places[first]] in ISSUERS else ():
            last = first + length - 1
            if last < len(places) and luhn(run[places[first] : places[last] + 1]):
                span = places[first], places[last] + 1
                ends = last + 1 == len(places) or places[last + 1] - places[last] > 1
                if (
                    ends
                    and _grouped(run[slice(*span)])
                    and all(span[1] <= start or end <= span[0] for start, end in dates)
                ):
                    return span
    return None


def _grouped(written: str) -> bool:
    """Whether digits stand as on a card, or all in equal groups: versions and lists of numbers do not."""
    sizes = [len(each) for each in re.findall(r"\d+", written)][:-1]
    gaps = set(re.findall(r"\D+", written))
    return min(sizes, default=MIN_CARD) >= _MIN_GROUP or (len(gaps) == 1 and len(set(sizes)) == 1)


def luhn(digits: str) -> bool:
    """Whether the digits pass the check of payment card numbers (ISO/IEC 7812-1)."""
    numbers = [int(each) for each in digits if each.isdigit()]
    doubled = [sum(divmod(2 * number, 10)) for number in numbers[-2::-2]]
    return (sum(numbers[-1::-2]) + sum(doubled)) % 10 == 0


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where account numbers stand, by their check: a parcel's number often looks like one."""
    end = 0
    while match := IBAN.search(text, end):
        written, end = match.group(), match.start() + 1
        ends = (place for place in range(len(written), 0, -1) if written[place : place + 1] in ("", " "))
        found = next((place for place in ends if _is_iban(written[:place])), None)
        if found is not None:
            end = match.start() + found
            yield match.start(), end


def _is_iban(written: str) -> bool:
    """Whether it is an account number: at least 15 characters that pass ISO 7064 MOD 97-10."""
    plain = written.replace(" ", "").upper()
    return (
        len(plain) >= MIN_IBAN
        and plain.isascii()
        and plain.isalnum()
        and int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1
    )
