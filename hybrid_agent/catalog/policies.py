"""Policies as data: windows and limits that are declared once, said in texts, and compared in conditions.

policies:
  return_window:
    title: Returns policy
    says: You can return an item within {value} of delivery.
    value: 30 days
    tags: [returns]
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StrictFloat, StrictInt, StringConstraints, model_validator

from hybrid_agent.catalog.parts import Name, Part, Text
from hybrid_agent.catalog.paths import Scope
from hybrid_agent.catalog.phrasing import SYMBOLS, places, render

_AMOUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
_MONEY = re.compile(
    rf"(?P<sign>[{''.join(SYMBOLS.values())}]|[A-Z]{{3}} )(?P<first>{_AMOUNT})"
    rf"|(?P<second>{_AMOUNT}) ?(?P<after>[{''.join(SYMBOLS.values())}]|[A-Z]{{3}})"
)
_MEASURE = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|percent"
    r"|(?:(?:working|business|calendar) )?(?:second|minute|hour|day|week|month|year)s?)"
)
_CODES = {symbol: code for code, symbol in SYMBOLS.items()}
Written = StrictInt | StrictFloat | date | Text


class Policy(Part):
    """A rule of the house. Where an article says otherwise, this holds.

    `value` is written as people write it (`30 days`, `75 EUR`, `10%`, `5`, `2026-12-24`, or words). It stands
    for `{value}` in `says`; elsewhere it is `{policy.NAME}`. `updated` is when it was last confirmed.
    """

    title: Text
    says: Text = Field(description="The rule in a sentence that a customer may read; {value} is its value.")
    value: Written | None = None
    tags: tuple[Name, ...] = ()
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2_000)] | None = None
    audience: Literal["customer", "internal"] = "customer"
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    product: Text | None = Field(None, description="What alone it is about; without one it is about all.")
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before valid_from {self.valid_from}")
        used = set(places(self.says))
        if unknown := sorted(used - {"value"}):
            raise ValueError(f"says may use {{value}} alone, not {{{unknown[0]}}}")
        if used and self.value is None:
            raise ValueError("says uses {value}, and there is no value")
        return self

    @property
    def data(self) -> JsonValue:
        """The value as conditions and texts take it: money, a number with its unit, a number, or text."""
        return None if self.value is None else read_value(self.value)

    @property
    def text(self) -> str:
        """The rule with its value in it."""
        return render(self.says, {"value": self.data})

    @property
    def lasting(self) -> bool:
        """Whether it holds on every day."""
        return self.valid_from is None and self.valid_until is None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day; both ends are included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def read_value(written: int | float | date | str) -> JsonValue:
    """A value as it is written, in the form that paths lead into.

    `75 EUR` has `amount` and `currency`, `30 days` and `10%` have `number` and `unit`; a date is ISO.
    """
    if isinstance(written, date):
        return written.isoformat()
    if not isinstance(written, str):
        return written
    if match := _MONEY.fullmatch(written):
        currency = (match["sign"] or match["after"]).strip()
        amount = (match["first"] or match["second"]).replace(",", "")
        return {"amount": amount, "currency": _CODES.get(currency, currency)}
    if match := _MEASURE.fullmatch(written):
        number = Decimal(match["number"])
        unit = "percent" if match["unit"] == "%" else match["unit"]
        return {"number": int(number) if number == int(number) else float(number), "unit": unit}
    return written


def policy_values(policies: Mapping[str, Policy], day: date) -> Scope:
    """What paths under `policy` lead to: the values of the policies that hold on that day."""
    return {
        name: each.data for name, each in policies.items() if each.value is not None and each.holds_on(day)
    }


def policy_paths(policies: Mapping[str, Policy]) -> frozenset[str]:
    """Every path under `policy` that the policies give."""
    found = set[str]()
    for name, each in policies.items():
        if each.value is not None:
            fields = each.data if isinstance(each.data, Mapping) else ()
            found |= {f"policy.{name}", *(f"policy.{name}.{field}" for field in fields)}
    return frozenset(found)
