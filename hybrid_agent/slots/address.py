"""Postal addresses as customers write them in one message, found from the postcode outwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from hybrid_agent.slots.address_words import AddressWords, address_words
from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.postcode import pattern_of, spell

FIELDS = ("line1", "line2", "city", "region", "postcode", "country")
ANY = "any"
_REACH = 200
_MAX_FIELD = 120
_MAX_CITY = 40
_MAX_ANCHORS = 20
_UNLIKE = frozenset({"GB", "CA", "NL", "IE", "PL", "PT"})
"""Countries whose postcodes look like no other's."""


class _Part(NamedTuple):
    """A piece of the message between commas and line ends."""

    text: str
    start: int


class _Street(NamedTuple):
    line: str
    start: int
    country: str


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
    street, extra = _street_before(text, at.start(), words)
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
    before = _parts(text, region.start())
    street, extra, city = _street_and_city(before, words)
    if street is None or not city:
        return None
    said, end = _said_country(text, at.end(), words)
    return _read(country, said, street, extra, (city, short), at["postcode"], end, hints)


def _city_before(
    text: str, at: re.Match[str], country: str, hints: Hints, words: AddressWords
) -> _Read | None:
    """ "1 Street, City AB1 2CD": the British Isles."""
    street, extra, city = _street_and_city(_parts(text, at.start()), words)
    if street is None or not city:
        return None
    said, end = _said_country(text, at.end(), words)
    return _read(country, said, street, extra, (city, ""), at["postcode"], end, hints)


_LAYOUTS = {"city_after": _city_after, "region_before": _region_before, "city_before": _city_before}


def _read(
    country: str,
    said: str,
    street: _Street,
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


def _parts(text: str, end: int) -> list[_Part]:
    """What stands before, nearest first, cut at commas, colons and line ends."""
    start = max(0, end - _REACH)
    cuts = [
        m.span()
        for m in re.finditer(
            r"[,\n;:]|(?<=\w{3})(?<!apt)(?<!ste)(?<!str)(?<!ave)[.!?](?=\s{1,3}[A-Z])", text[start:end]
        )
    ]
    edges = [0, *(b for _, b in cuts)], [*(a for a, _ in cuts), end - start]
    parts = [
        _Part(piece.strip(), start + a + len(piece) - len(piece.lstrip()))
        for a, b in zip(*edges, strict=True)
        if (piece := text[start + a : start + b]).strip()
    ]
    return parts[::-1][:5]


def _street_before(text: str, end: int, words: AddressWords) -> tuple[_Street | None, str]:
    """The nearest part that holds a street, and what stands between it and the postcode."""
    return _nearest_street(_parts(text, end), words)


def _street_and_city(parts: list[_Part], words: AddressWords) -> tuple[_Street | None, str, str]:
    """Street, second line and city from the parts before a region or postcode."""
    if not parts:
        return None, "", ""
    first = _street(parts[0], words)
    if first is None:
        return (*_nearest_street(parts[1:], words), parts[0].text if len(parts[0].text) <= _MAX_CITY else "")
    line, city = _cut_city(first.line, words)
    street, extra = _with_unit(first._replace(line=line), [], parts[1:2], words)
    return street, extra, city


def _nearest_street(parts: list[_Part], words: AddressWords) -> tuple[_Street | None, str]:
    between: list[str] = []
    for index, part in enumerate(parts[:3]):
        street = _street(part, words)
        if street is not None:
            return _with_unit(street, between[::-1], parts[index + 1 : index + 2], words)
        between.append(part.text)
    return None, ""


def _with_unit(
    street: _Street, after: list[str], before: list[_Part], words: AddressWords
) -> tuple[_Street, str]:
    """The street without its unit, and the unit: "Apt 4" behind the street, "Flat 2" before it."""
    line, unit = _split_unit(street.line, words)
    ahead = words.unit.search(before[0].text) if before else None
    if before and ahead and ahead.end() == len(before[0].text):
        return _Street(line, before[0].start + ahead.start(), street.country), ", ".join([ahead[0], *after])
    return street._replace(line=line), ", ".join(filter(None, [unit, *after]))


def _cut_city(line: str, words: AddressWords) -> tuple[str, str]:
    """Street and city that no comma parts ("123 Main St Springfield"): cut after the street's last word."""
    tokens = line.split(" ")
    for i in range(len(tokens) - 1, 0, -1):
        if tokens[i].rstrip(".").lower() in words.street_words and i + 1 < len(tokens):
            if tokens[i].rstrip(".") == "St" and tokens[i - 1].rstrip(".").lower() in words.street_words:
                continue  # "Main St St Louis": the second one is a saint
            rest = " ".join(tokens[i + 1 :])
            unit = words.unit.match(rest)
            tail = rest[unit.end() :].strip() if unit else rest
            cut = len(line) - len(tail)
            return line[:cut].strip(), tail
    return line, ""


def _split_unit(line: str, words: AddressWords) -> tuple[str, str]:
    for match in words.unit.finditer(line):
        if match.start() > 4 and re.search(r"\d|#|[A-Z]$", match[0]) and match.end() >= len(line) - 1:
            return line[: match.start()].strip(), match[0]
    return line, ""


def _street(part: _Part, words: AddressWords) -> _Street | None:
    box = words.box.search(part.text)
    if box:
        return _Street(box[0], part.start + box.start(), "")
    first = words.number_first.search(part.text)
    if first and _is_name(first["name"], words):
        return _Street(first[0].strip(), part.start + first.start(), _country_of(first["name"], words))
    return None if words.unit.fullmatch(part.text) else _number_last(part, words)


def _number_last(part: _Part, words: AddressWords) -> _Street | None:
    match = words.number_last.search(part.text)
    if match is None:
        return None
    tokens = match["name"].split(" ")
    begin = len(tokens) - 1
    if _country_of(tokens[begin], words) == "" and tokens[begin][:1].islower():
        return None
    while begin > 0 and _continues(tokens, begin - 1, words):
        begin -= 1
    while begin < len(tokens) - 1 and tokens[begin].lower() in words.particles and tokens[begin][0].islower():
        begin += 1
    name = " ".join(tokens[begin:])
    offset = match.start() + len(" ".join(tokens[:begin])) + (1 if begin else 0)
    return _Street(part.text[offset:].strip(), part.start + offset, _country_of(name, words))


def _continues(tokens: list[str], index: int, words: AddressWords) -> bool:
    token = tokens[index]
    if not token:
        return False
    known = words.street_words.get(token.lower(), ANY) != ANY
    return token[0].isupper() or known or (token.lower() in words.particles and index > 0)


def _is_name(name: str, words: AddressWords) -> bool:
    tokens = name.split()
    if not tokens or len(tokens) > 8 or tokens[0].lower() in words.stops - {"the", "my"}:
        return False
    known = any(
        token.rstrip(".").lower() in words.street_words or token.lower() in words.street_words
        for token in tokens
    )
    capital = tokens[0][0].isupper() or tokens[0][0].isdigit() or (len(tokens) > 1 and tokens[1][0].isupper())
    return (known or capital) and all(
        token[0].isupper() or token[0].isdigit() or known or token.lower() in words.particles
        for token in tokens
    )


def _country_of(name: str, words: AddressWords) -> str:
    tokens = [token.rstrip(".").lower() for token in name.split()]
    if tokens and tokens[0] in words.leading:
        return words.leading[tokens[0]]
    for token in tokens:
        code = words.street_words.get(token) or words.street_words.get(token + ".")
        if code and code != ANY:
            return code
    for token in tokens:
        for ending, code in words.endings:
            if token.endswith(ending.rstrip(".")) and len(token) > len(ending) + 2:
                return code
    return ""
