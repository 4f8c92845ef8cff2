"""Templates filled from facts, and facts written as a customer reads them."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from pydantic import JsonValue

from hybrid_agent.catalog.paths import PATTERN, Scope, look_up

Day = TypeVar("Day", bound=date)

_PLACE = re.compile(r"\{(" + PATTERN + r")(?:\|([a-z]+))?\}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FORMS = ("time", "words")
"""What may stand behind the bar in `{path|form}`."""
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_ADDRESS_LINES = ("name", "line1", "line2")


def places(template: str) -> Iterator[str]:
    """The paths that a template takes values from."""
    return (match[1] for match in _PLACE.finditer(template))


def render(template: str, scope: Scope) -> str:
    """The template with each `{path}` written out; `{path|time}` is a time of day, `{path|words}` plain.

    Raises KeyError naming the path where there is no value: a reply never goes out with a hole in it.
    """

    def fill(match: re.Match[str]) -> str:
        value = look_up(scope, match[1])
        if value is None or value == "":
            raise KeyError(match[1])
        return show(value, match[2] or "")

    return _PLACE.sub(fill, template)


def show(value: JsonValue, form: str = "") -> str:
    """One value as a customer reads it: money, dates, addresses and lists in their usual forms."""
    if isinstance(value, Mapping):
        return _show_mapping(value)
    if isinstance(value, list):
        return ", ".join(show(item, form) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _show_text(value, form)
    return "" if value is None else str(value)


def _show_mapping(value: Mapping[str, JsonValue]) -> str:
    if set(value) == {"amount", "currency"}:
        return money(str(value["amount"]), str(value["currency"]))
    if set(value) == {"number", "unit"}:
        return f"{value['number']} {value['unit']}"
    if "line1" in value:
        town = " ".join(str(value[part]) for part in ("postcode", "city") if value.get(part))
        parts = [str(value[part]) for part in _ADDRESS_LINES if value.get(part)]
        rest = [str(value[part]) for part in ("region", "country") if value.get(part)]
        return ", ".join([*parts, town, *rest])
    return ", ".join(
        f"{name.replace('_', ' ')}: {show(item)}" for name, item in value.items() if item is not None
    )


def money(amount: str, currency: str) -> str:
    """`€12.50`; currencies without a common symbol are written `12.50 SEK`."""
    try:
        written = f"{Decimal(amount):,f}"
    except InvalidOperation:
        written = amount
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{written}" if symbol else f"{written} {currency}"


def _show_text(value: str, form: str) -> str:
    value = "".join(each for each in value if each.isprintable() or each == "\n")
    if form == "words":
        return value.replace("_", " ")
    if _DATETIME.match(value) and (moment := _read(datetime.fromisoformat, value)):
        return f"{moment:%H:%M}" if form == "time" else _day(moment)
    if _DATE.fullmatch(value) and (day := _read(date.fromisoformat, value)):
        return _day(day)
    return value


def _read(reader: Callable[[str], Day], value: str) -> Day | None:
    try:
        return reader(value)
    except ValueError:
        return None


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
