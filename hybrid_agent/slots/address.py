"""Postal addresses as customers write them in one message, found from the postcode outwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from hybrid_agent.slots.address_street import Street, street_and_city, street_before
from hybrid_agent.slots.address_words import AddressWords, address_words
from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.postcode import pattern_of, spell

FIELDS = ("line1", "line2", "city", "region", "postcode", "country")
_MAX_FIELD = 120
_MAX_ANCHORS = 20
_UNLIKE = frozenset({"GB", "CA", "NL", "IE", "PL", "PT"})
"""Countries whose postcodes look like no other's."""


class _Read(NamedTuple):
    """An address read around one postcode, with how much speaks for this reading."""

    value: dict[str, str]
    start: int
    end: int
    score: int


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Addresses with street, city and postcode. Not certain where the country is a guess."""
    if not any(char.isdigit() for char in text):
        return
    words = address_words()
    reads = []
    for layout, country, pattern in words.anchors:
        for match in islice(pattern.finditer(text), _MAX_ANCHORS):
            read = _LAYOUTS[layout](text, match, country, hints, words)
            if read is not None:
                reads.append(read)
    taken: list[tuple[int, int]] = []
    for read in sorted(reads, key=lambda one: -one.score):
        if all(read.end <= start or read.start >= end for start, end in taken):
            taken.append((read.start, read.end))
            rivals = {
                r.value["country"]
                for r in reads
                if r.score == read.score and r.start < read.end and read.start < r.end
            }
            yield Hit(read.value, read.start, read.end, read.score >= 2 and len(rivals) == 1)


def canonical(value: object, hints: Hints) -> dict[str, str] | None:
    """All FIELDS as strings, country as ISO 3166 alpha-2 (the customer's own if none is given), or None."""
    if not isinstance(value, dict) or not set(value) <= set(FIELDS):
        return None
    plain = {field: " ".join(str(value.get(field) or "").split()) for field in FIELDS}
    plain["country"] = _country_code(plain["country"] or hints.country)
    pattern = pattern_of(plain["country"])
    if pattern is not None:
        if not pattern.fullmatch(plain["postcode"]):
            return None
        plain["postcode"] = spell(plain["postcode"], plain["country"])
    states = address_words().regions.get(plain["country"], {})
    plain["region"] = states.get(plain["region"].lower(), plain["region"])
    complete = plain["line1"] and plain["city"] and plain["country"]
    return plain if complete and all(len(field) <= _MAX_FIELD for field in plain.values()) else None


def _country_code(written: str) -> str:
    import phonenumbers

    code = written.upper()
    return (
        code if code in phonenumbers.SUPPORTED_REGIONS else address_words().countries.get(written.lower(), "")
    )


def _city_after(
    text: str, at: re.Match[str], country: str, hints: Hints, words: AddressWords
) -> _Read | None:
    """ "Street 1, 12345 City": most of Europe."""
    city = _city(text, at.end(), words)
    if city is None:
        return None
    name, end = city
    said, end = _said_country(text, end, words)
    street, extra = street_before(text, at.start(), words)
    if street is None:
        return None
    return _read(country, said, street, extra, (name, ""), at["postcode"], end, hints)


def _region_before(
    text: str, at: re.Match[str], country: str, hints: Hints, words: AddressWords
) -> _Read | None:
    """ "1 Street, City, ST 12345": North America, Australia."""
    region = words.region[country].search(text, max(0, at.start() - 40), at.start())
    if region is None:
        return None
    short = words.regions[country][region["region"].lower()]
    street, extra, city = street_and_city(text, region.start(), words)
    if street is None or not city:
        return None
    said, end = _said_country(text, at.end(), words)
    return _read(country, said, street, extra, (city, short), at["postcode"], end, hints)


def _city_before(
    text: str, at: re.Match[str], country: str, hints: Hints, words: AddressWords
) -> _Read | None:
    """ "1 Street, City AB1 2CD": the British Isles, where a county may stand after the city."""
    street, extra, city = street_and_city(text, at.start(), words)
    if street is None or not city:
        return None
    county = ""
    if city.lower() in words.counties and extra:
        extra, _, town = extra.rpartition(", ")
        county, city = city, town
    said, end = _said_country(text, at.end(), words)
    return _read(country, said, street, extra, (city, county), at["postcode"], end, hints)


_LAYOUTS = {"city_after": _city_after, "region_before": _region_before, "city_before": _city_before}


def _read(
    country: str,
    said: str,
    street: Street,
    extra: str,
    city: tuple[str, str],
    written: str,
    end: int,
    hints: Hints,
) -> _Read | None:
    if said and said != country:
        return None
    score = 4 * bool(said) + (country == hints.country) + _spoken(street.country, country)
    score += 2 * bool(city[1] or country in _UNLIKE)
    if not re.match(r"[^\W\d_]{2}|[^\W\d_]['.]", city[0]) or re.search(r"\d", city[0]):
        return None
    fields = (street.line, extra, city[0], city[1], spell(written, country), country)
    value = canonical(dict(zip(FIELDS, fields, strict=True)), hints)
    return _Read(value, street.start, end, score) if value else None


def _spoken(language: str, country: str) -> int:
    """What a street's words say for a country: its own language 2, a neighbour's shared one 1, another -3."""
    if language in ("", country):
        return 2 * bool(language)
    return 1 if country in address_words().also.get(language, ()) else -3


def _city(text: str, start: int, words: AddressWords) -> tuple[str, int] | None:
    """The city's name from here on, and where it ends."""
    match = re.match(r"[ ]{1,3}([^\W\d_][^\d\n,;:!?()\"]{0,50})", text[start : start + 60])
    if match is None:
        return None
    kept: list[str] = []
    for token in match[1].split(" "):
        bare = token.rstrip(".").lower()
        if not token or (bare in words.stops and not (kept and token[0].isupper())) or len(kept) == 4:
            break
        if kept and token[0].islower() and kept[0][0].isupper() and bare not in words.particles:
            break
        kept.append(token)
        if token.endswith(".") and bare not in ("st", "ste", "a.m", "a.d"):
            break
        if " ".join(kept[1:]).rstrip(".").lower() in words.countries or _country_follows(
            match[1], kept, words
        ):
            break
    while kept and kept[-1].rstrip(".").lower() in words.countries and len(kept) > 1:
        kept.pop()
    name = " ".join(kept)
    begin = start + match.start(1)
    return (name.rstrip("."), begin + len(name.rstrip("."))) if len(name) > 1 else None


def _country_follows(line: str, kept: list[str], words: AddressWords) -> bool:
    rest = line[len(" ".join(kept)) :]
    return words.country.match(rest) is not None


def _said_country(text: str, end: int, words: AddressWords) -> tuple[str, int]:
    match = words.country.match(text, end)
    if match is None or match["name"] in ("us", "uk's"):
        return "", end
    return words.countries[" ".join(match["name"].lower().split())], end + len(match[0].rstrip("."))
