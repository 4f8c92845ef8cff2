"""Ids of the shop's records, by the catalog's pattern, as customers write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.patterns import IdPattern, compile_pattern

MAX_ID = 80
_LABELS = (
    "order|number|no|nr|num|id|ref|reference|bestellung|bestellnummer|auftrag|nummer|commande|"
    "num[eé]ro|n[°º]|pedido|n[uú]mero|bestelling|bestelnummer|ordernummer"
)
_LOOSE = re.compile(r"(?<!\w)[A-Za-z]{0,8}[ _#/.-]{0,3}\d{1,16}(?:[ _/.-]\d{1,8}){0,3}(?!\w)", re.ASCII)
_MONEY_BEFORE = re.compile(r"(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF))\s?$", re.IGNORECASE)
_MEASURE_AFTER = re.compile(
    r"\s?(?:[$€£¥%]|(?:USD|EUR|GBP|CHF|euros?|dollars?|pounds?|am|pm|uhr|days?|weeks?|months?|years?|hours?|"
    r"minutes?|times|pcs|pieces|items|kg|cm|mm|km)\b)",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"(?:pin|code|password|passcode|zip|postcode|plz|card|account|ending(?: in| with)?|digits|year|serial|"
    r"model|tracking|version|room|flat|apt|suite|unit|page)(?: number| no\.?)?(?: to(?: be)?| is| of|:)? $",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PHONE = re.compile(r"\+\d[\d ().-]{6,20}")
_JOINED = re.compile(
    r"[\s,;]{0,3}(?:(?:and|or|not|und|oder|nicht|et|ou|pas|y|o|no|en|of|niet|&|/|\+)[\s,]{1,2}){0,2}"
    r"(?:(?:the|also|order|number|no\.?|#)[\s]?){0,3}",
    re.IGNORECASE,
)
_MAX_SPANS = 100
_SEPARATORS = re.compile(r"[\s#_/.-]+")


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Ids in the text: as the pattern writes them, then with other separators, case or no prefix.

    Where one is named as an id ("order 1044"), bare numbers of the same form beside it are not certain.
    """
    if not hints.pattern or not text:
        return
    pattern = compile_pattern(hints.pattern)
    taken = [(m.start(), m.end()) for m in _PHONE.finditer(text)]
    hits: list[Hit] = []
    candidates = (_hit(pattern, text, start, end, hints) for start, end in pattern.spans(text)[:_MAX_SPANS])
    loose = (_loose_hit(pattern, text, match, hints) for match in islice(_LOOSE.finditer(text), _MAX_SPANS))
    for hit in (*candidates, *loose):
        if hit and all(hit.end <= start or hit.start >= end for start, end in taken):
            taken.append((hit.start, hit.end))
            hits.append(hit)
    yield from _ranked(text, sorted(hits, key=lambda hit: hit.start), hints)


def _ranked(text: str, hits: list[Hit], hints: Hints) -> Iterator[Hit]:
    named: list[bool] = []
    for index, hit in enumerate(hits):
        lettered = not text[hit.start : hit.end].isdigit()
        joined = (
            index > 0 and named[-1] and _JOINED.fullmatch(text, hits[index - 1].end, hit.start) is not None
        )
        named.append(lettered or joined or _labelled(text, hit.start, hints))
    for hit, is_named in zip(hits, named, strict=True):
        yield hit._replace(certain=is_named or (hit.certain and not any(named)))


def canonical(value: object, hints: Hints) -> str | None:
    """The id in the pattern's own spelling, or None. Without a pattern there is no id."""
    if not hints.pattern or not isinstance(value, str | int) or len(str(value)) > MAX_ID:
        return None
    return _spelling(compile_pattern(hints.pattern), str(value))


def _hit(pattern: IdPattern, text: str, start: int, end: int, hints: Hints) -> Hit | None:
    value = _spelling(pattern, text[start:end])
    if value is None:
        return None
    if not text[start:end].isdigit() or _labelled(text, start, hints) or hints.asked:
        return Hit(value, start, end)
    if _MONEY_BEFORE.search(text[max(0, start - 6) : start]) or _MEASURE_AFTER.match(text, end):
        return None
    if _OTHERWISE.search(text[max(0, start - 30) : start]):
        return Hit(value, start, end, False)
    street = re.match(r" [A-Z][a-z]", text[end : end + 3])
    return Hit(value, start, end, not (street or _YEAR.fullmatch(text, start, end)))


def _loose_hit(pattern: IdPattern, text: str, match: re.Match[str], hints: Hints) -> Hit | None:
    for start, end in _cuts(match):
        if not (_labelled(text, start, hints) or hints.asked or text[start].isalpha()):
            continue
        value = _spelling(pattern, text[start:end])
        if value is not None:
            return Hit(value, start, end)
    return None


def _cuts(match: re.Match[str]) -> list[tuple[int, int]]:
    """The candidate with its letters ("ab 12 34"), then from its first digit on, each with fewer groups."""
    first = re.search(r"\d", match.group())
    begin = [match.start()] if first is None else [match.start(), match.start() + first.start()]
    ends = [match.end()] + [match.start() + m.start() for m in re.finditer(r"(?<=\d)[ _/.-]", match.group())]
    return [(b, e) for b in dict.fromkeys(begin) for e in sorted(ends, reverse=True) if e > b]


def _spelling(pattern: IdPattern, written: str) -> str | None:
    bare = _SEPARATORS.sub("", written)
    dashed = _SEPARATORS.sub("-", written.strip(" #"))
    split = re.sub(r"(?<=[A-Za-z])[-]?(?=\d)", "-", bare, count=1)
    stems = dict.fromkeys((written.strip(), written.strip(" #"), bare, dashed, split))
    digits = bare if bare.isdigit() else ""
    variants = [*stems, *(prefix + digits for prefix in pattern.prefixes if digits)]
    for variant in variants:
        for cased in dict.fromkeys((variant, variant.upper(), variant.lower())):
            if cased and pattern.matches(cased):
                return cased.removeprefix("#") if pattern.matches(cased.removeprefix("#")) else cased
    return None


def _labelled(text: str, start: int, hints: Hints) -> bool:
    return _label(hints.labels).search(text[max(0, start - 40) : start]) is not None


@lru_cache(maxsize=64)
def _label(labels: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join([*(re.escape(label) for label in labels), _LABELS])
    return re.compile(
        rf"(?:#|(?<!\w)(?:{words})s?\.?)[\s:#.=-]{{0,4}}(?:(?:is|ist|es|est)[\s:]{{1,2}})?#?$", re.IGNORECASE
    )
