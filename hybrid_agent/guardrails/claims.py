"""What a text claims that can be checked: amounts, dates, times, links, addresses, ids, numbers, durations.

Number words count as digits ("two weeks" is 2 and a duration of 2 weeks), and look-alikes are undone.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.guardrails.counting import counted, in_digits
from hybrid_agent.guardrails.folding import folded

_CURRENCIES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "eur": "EUR",
    "usd": "USD",
    "gbp": "GBP",
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "pound": "GBP",
    "pounds": "GBP",
}
CODES = frozenset({"eur", "usd", "gbp"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_AMOUNT = r"\d{1,3}(?:[,. ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"

_CHECKABLE = re.compile(r"[\d@:]|\w\.\w", re.IGNORECASE)
"""What a text without any claim in signs lacks."""
_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"']{1,2000}"
    r"|\b(?:javascript|data|vbscript|file|mailto|tel|sms|blob):(?=\S)[^\s<>\"']{1,2000}",
    re.IGNORECASE,
)
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}(?P<top>[a-z]{2,18})(?:/[^\s<>\"']{0,500})?(?![\w@])",
    re.IGNORECASE,
)
_ABBREVIATIONS = frozenset({"e.g", "i.e", "a.m", "p.m", "u.s", "u.k", "n.b", "p.s", "c.o"})
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_MONEY = re.compile(
    rf"(?P<before>[€$£]|\b[A-Z]{{3}}\b)\s?(?P<first>{_AMOUNT})(?!\w)"
    rf"|(?<![\w.,])(?P<second>{_AMOUNT})\s?(?P<after>[€$£]|\b(?:[A-Z]{{3}}|(?i:eur|usd|gbp|euros?|dollars?|pounds?))\b)"
)
_ISO_DATE = re.compile(r"\b(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?:T[\d:.+Z-]*)?")
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?\b"
_DAY_FIRST = re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+{_DAY}\b{_YEAR}", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm)\b"
    r"|\b(?P<h24>\d{1,2}):(?P<m24>\d{2})\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\b\d{1,3}(?:st|nd|rd|th)\b", re.IGNORECASE)
_ID = re.compile(r"(?<![\w.])#?(?=[\w-]{0,80}\d)(?=[\w-]{0,80}[A-Za-z])[\w-]{3,80}(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)")


class Claim(NamedTuple):
    """One checkable statement: its kind and canonical value."""

    kind: str
    value: str


@lru_cache(maxsize=4096)
def claims(text: str) -> frozenset[Claim]:
    """Every claim in a text; signs are read once, as the most specific kind, durations as numbers, too."""
    text = in_digits(folded(text))
    found = {Claim(kind, value) for kind, value in counted(text)}
    if not _CHECKABLE.search(text):
        return frozenset(found)
    for pattern, read in _READERS:
        rest, end = [], 0
        for match in pattern.finditer(text):
            if (claim := read(match)) is None:
                continue
            found.add(claim)
            rest += [text[end : match.start()], " "]
            end = match.end()
        text = "".join([*rest, text[end:]])
    return frozenset(found)


def claims_of(value: JsonValue) -> frozenset[Claim]:
    """Every claim that a fact's fields carry, written as a customer reads them and as they are stored."""
    return frozenset(claim for text in frozenset(_texts(value)) for claim in claims(text))


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        if not any(isinstance(item, dict | list) for item in value.values()):
            yield show(value)  # what holds parts is read part by part
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
        yield show(value)
        yield show(value, "time")
        yield show(value, "words")


def _link(match: re.Match[str]) -> Claim:
    return Claim("link", match.group().rstrip(".,;:!?)]}").lower())


def _domain(match: re.Match[str]) -> Claim | None:
    name = match.group().rstrip(".").lower()
    return None if name in _ABBREVIATIONS or name.replace(".", "").isdigit() else Claim("link", name)


def _email(match: re.Match[str]) -> Claim:
    return Claim("email", match.group().rstrip(".").lower())


def _money(match: re.Match[str]) -> Claim | None:
    currency = match["before"] or match["after"]
    amount = _decimal(match["first"] or match["second"])
    code = _CURRENCIES.get(currency.lower(), currency)
    known = code in _CURRENCIES.values() or currency.isupper()
    return Claim("money", f"{amount.normalize():f} {code}") if known and amount is not None else None


def _decimal(written: str) -> Decimal | None:
    plain = written.replace(" ", "")
    head, mark, tail = plain.rpartition("," if plain.rfind(",") > plain.rfind(".") else ".")
    plain = f"{re.sub('[.,]', '', head)}.{tail}" if mark and len(tail) != 3 else re.sub("[.,]", "", plain)
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _date(match: re.Match[str]) -> Claim | None:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else 1 + _MONTHS.index(parts["month"].lower()[:3])
    try:
        day = date(int(parts["year"] or 2000), month, int(parts["day"]))
    except ValueError:
        return None
    return Claim("date", f"{day:%m-%d}" if parts["year"] is None else f"{day:%Y-%m-%d}")


def _time(match: re.Match[str]) -> Claim | None:
    if match["half"] is None:
        hour, minute = int(match["h24"]), int(match["m24"])
    else:
        hour = int(match["hour"]) % 12 + (12 if match["half"].lower() == "pm" else 0)
        minute = int(match["minute"] or 0)
    return Claim("time", f"{hour:02}:{minute:02}") if hour < 24 and minute < 60 else None


def _ordinal(match: re.Match[str]) -> Claim:
    return Claim("ordinal", match.group()[:-2])


def _id(match: re.Match[str]) -> Claim:
    return Claim("id", match.group().removeprefix("#").upper())


def _number(match: re.Match[str]) -> Claim | None:
    amount = _decimal(match.group())
    return None if amount is None else Claim("number", f"{amount.normalize():f}")


_READERS = (
    (_LINK, _link),
    (_EMAIL, _email),
    (_DOMAIN, _domain),
    (_ISO_DATE, _date),
    (_DAY_FIRST, _date),
    (_MONTH_FIRST, _date),
    (_MONEY, _money),
    (_TIME, _time),
    (_ORDINAL, _ordinal),
    (_ID, _id),
    (_NUMBER, _number),
)
