"""The street of a postal address: which of the parts before a postcode it is, and where it starts."""

from __future__ import annotations

import re
from typing import NamedTuple

from hybrid_agent.slots.address_words import AddressWords

_ANY = "any"
_REACH = 200
_MAX_CITY = 40
_CUT = re.compile(r"[,\n;:]|(?<=\w{3})(?<!apt)(?<!ste)(?<!str)(?<!ave)[.!?](?=\s{1,3}[A-Z])")


class _Part(NamedTuple):
    """A piece of the message between commas and line ends."""

    text: str
    start: int


class Street(NamedTuple):
    """A street with its number, where it starts in the message, and the country its words speak for."""

    line: str
    start: int
    country: str


def _parts_before(text: str, end: int) -> list[_Part]:
    """What stands before, nearest first, cut at commas, colons and line ends."""
    start = max(0, end - _REACH)
    cuts = [match.span() for match in _CUT.finditer(text[start:end])]
    edges = [0, *(b for _, b in cuts)], [*(a for a, _ in cuts), end - start]
    parts = [
        _Part(piece.strip(), start + a + len(piece) - len(piece.lstrip()))
        for a, b in zip(*edges, strict=True)
        if (piece := text[start + a : start + b]).strip()
    ]
    return parts[::-1][:5]


def street_before(text: str, end: int, words: AddressWords) -> tuple[Street | None, str]:
    """The nearest part that holds a street, and what stands between it and the postcode."""
    return _nearest_street(_parts_before(text, end), words)


def street_and_city(text: str, end: int, words: AddressWords) -> tuple[Street | None, str, str]:
    """Street, second line and city that stand before a region or postcode."""
    parts = _parts_before(text, end)
    if not parts:
        return None, "", ""
    first = _street(parts[0], words)
    if first is None:
        return (*_nearest_street(parts[1:], words), parts[0].text if len(parts[0].text) <= _MAX_CITY else "")
    line, city = _cut_city(first.line, words)
    street, extra = _with_unit(first._replace(line=line), [], parts[1:2], words)
    return street, extra, city


def _nearest_street(parts: list[_Part], words: AddressWords) -> tuple[Street | None, str]:
    between: list[str] = []
    for index, part in enumerate(parts[:3]):
        street = _street(part, words)
        if street is not None:
            return _with_unit(street, between[::-1], parts[index + 1 : index + 2], words)
        between.append(part.text)
    return None, ""


def _with_unit(
    street: Street, after: list[str], before: list[_Part], words: AddressWords
) -> tuple[Street, str]:
    """The street without its unit, and the unit: "Apt 4" behind the street, "Flat 2" before it."""
    line, unit = _split_unit(street.line, words)
    ahead = words.unit.search(before[0].text) if before else None
    if before and ahead and ahead.end() == len(before[0].text):
        return Street(line, before[0].start + ahead.start(), street.country), ", ".join([ahead[0], *after])
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


def _street(part: _Part, words: AddressWords) -> Street | None:
    box = words.box.search(part.text)
    if box:
        return Street(box[0], part.start + box.start(), "")
    first = words.number_first.search(part.text)
    if first and _is_name(first["name"], words):
        return Street(first[0].strip(), part.start + first.start(), _country_of(first["name"], words))
    return None if words.unit.fullmatch(part.text) else _number_last(part, words)


def _number_last(part: _Part, words: AddressWords) -> Street | None:
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
    return Street(part.text[offset:].strip(), part.start + offset, _country_of(name, words))


def _continues(tokens: list[str], index: int, words: AddressWords) -> bool:
    token = tokens[index]
    if not token:
        return False
    known = words.street_words.get(token.lower(), _ANY) != _ANY
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
        if code and code != _ANY:
            return code
    for token in tokens:
        for ending, code in words.endings:
            if token.endswith(ending.rstrip(".")) and len(token) > len(ending) + 2:
                return code
    return ""
