"""Amounts of money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.words import any_of, table

_NUMBER = r"\d{1,3}(?:[.,' ]\d{3}){1,3}(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_TRIGGER = re.compile(r"\d")
_WHOLE_UNITS = frozenset({"JPY", "KRW"})
_MAX = Decimal(10) ** 9


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Amounts with a currency; a bare number in the country's own currency only when asked."""
    if not _TRIGGER.search(text):
        return
    for match in _pattern().finditer(text):
        unit = match["before"] or match["after"]
        if unit is None and not hints.asked:
            continue
        amount, certain = _amount(match["number"], hints)
        value = _value(amount, _currency(unit, hints))
        start = match.start("before") if match["before"] else match.start("number")
        end = match.end("number") if match["before"] else match.end()
        if value is not None:
            yield Hit(value, start, end, certain)


def canonical(value: object, hints: Hints) -> dict[str, str] | None:
    """{"amount": "12.50", "currency": "EUR"} with the currency's own decimals, or None."""
    if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
        return None
    currency = str(value["currency"]).upper()
    try:
        amount = Decimal(str(value["amount"])[:40])
    except InvalidOperation:
        return None
    return _value(amount, currency) if currency in _codes() else None


def _value(amount: Decimal, currency: str) -> dict[str, str] | None:
    step = Decimal(1) if currency in _WHOLE_UNITS else Decimal("0.01")
    if not amount.is_finite() or not 0 <= amount < _MAX or amount != amount.quantize(step):
        return None
    return {"amount": str(amount.quantize(step)), "currency": currency}


def _amount(written: str, hints: Hints) -> tuple[Decimal, bool]:
    """The number, and whether it can only be read so: "1.234" is a thousand here and a fraction there."""
    parts = re.split(r"[.,' ]", written)
    marks = re.findall(r"[.,' ]", written)
    if not marks:
        return Decimal(written), True
    fraction = parts.pop() if len(parts[-1]) < 3 else ""
    own = "," if table("countries").get(hints.country, {}).get("currency") in _COMMA_THOUSANDS else "."
    certain = bool(fraction) or len(marks) > 1 or marks[0] in (own, "'", " ")
    return Decimal("".join(parts) + "." + (fraction or "0")), certain


_COMMA_THOUSANDS = frozenset(
    {"USD", "CAD", "GBP", "AUD", "NZD", "INR", "SGD", "JPY", "CNY", "ILS", "MXN", "KRW"}
)


def _currency(unit: str | None, hints: Hints) -> str:
    own: str = table("countries").get(hints.country, {}).get("currency", "USD")
    if unit is None:
        return own
    code = unit.upper()
    if code in _codes():
        return code
    known = {word.upper(): currency for word, currency in table("symbols").items()}
    shared = {word.upper(): currencies for word, currencies in table("shared_symbols").items()}
    if code in known:
        return str(known[code])
    return own if own in shared[code] else str(shared[code][0])


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(country["currency"] for country in table("countries").values())


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    units = any_of([*_codes(), *table("symbols"), *table("shared_symbols")])
    return re.compile(
        rf"(?<![\w.,#])(?:(?P<before>(?<!\w){units})\s?)?(?<![\d.,])(?P<number>{_NUMBER})(?![\d]|[.,]\d)"
        rf"(?:\s?(?P<after>{units})(?!\w))?(?!\w)",
        re.IGNORECASE,
    )
