"""Values that every system of record shares: money, postal addresses, aware times, bounded texts."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from hybrid_agent_tools.iso import COUNTRIES, minor_units

__all__ = [
    "Address",
    "Country",
    "CurrencyMismatch",
    "Email",
    "LongText",
    "Money",
    "PersonName",
    "Personal",
    "Phone",
    "PositiveMoney",
    "Record",
    "ShortText",
    "Timestamp",
    "Value",
]

LARGEST_AMOUNT = Decimal(10) ** 15


class Personal(StrEnum):
    """What makes a field personal: `Annotated[str, Personal.NAME]`. An order's number is not."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    STREET = "street"
    POSTCODE = "postcode"
    CITY = "city"
    LINK = "link"


class Value(BaseModel):
    """A frozen value that refuses fields it does not know, because values are also arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Record(BaseModel):
    """A frozen record read from a system; unknown fields are ignored, so that older data still loads."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _known_country(value: object) -> object:
    code = _upper(value)
    if code not in COUNTRIES:
        raise ValueError(f"{value!r} is no ISO 3166-1 alpha-2 country code, such as DE, GB or US")
    return code


Timestamp = AwareDatetime
Country = Annotated[str, BeforeValidator(_known_country), Field(description="ISO 3166-1 alpha-2 code")]
Currency = Annotated[
    str, BeforeValidator(_upper), Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code, such as EUR")
]
Email = Annotated[
    str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$", max_length=254), Personal.EMAIL
]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{4,28}$"), Personal.PHONE]
ShortText = Annotated[str, Field(min_length=1, max_length=250)]
PersonName = Annotated[ShortText, Personal.NAME]
LongText = Annotated[str, Field(min_length=1, max_length=20_000)]


class CurrencyMismatch(ValueError):  # noqa: N818
    """Two amounts of different currencies were added or compared."""


class Money(Value):
    """An exact amount in one currency, always with the currency's own number of decimals.

    Takes a Decimal, an int or a decimal string, never a float. More decimals than the currency has are
    refused, not rounded: `Money.rounded` rounds, half to even.
    """

    amount: Annotated[Decimal, Field(allow_inf_nan=False, gt=-LARGEST_AMOUNT, lt=LARGEST_AMOUNT)]
    currency: Currency

    @model_validator(mode="before")
    @classmethod
    def _no_float(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("amount"), float):
            raise ValueError("an amount of money is a decimal string, an int or a Decimal, not a float")
        return data

    @model_validator(mode="after")
    def _quantise(self) -> Self:
        exact = self.amount.quantize(_unit(self.currency), rounding=ROUND_HALF_EVEN) + 0
        if exact != self.amount:
            raise ValueError(f"{self.amount} has more decimals than {self.currency} has")
        object.__setattr__(self, "amount", exact)
        return self

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """An exact amount; raises pydantic's ValidationError when it is none."""
        return cls(amount=Decimal(amount), currency=currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> "Money":
        """The amount rounded to the currency's decimals, half to even."""
        return cls(
            amount=amount.quantize(_unit(currency.upper()), rounding=ROUND_HALF_EVEN), currency=currency
        )

    @classmethod
    def from_minor(cls, units: int, currency: str) -> "Money":
        """The amount from an integer number of the currency's smallest units (cents, yen, fils)."""
        return cls(amount=Decimal(units).scaleb(-minor_units(currency)), currency=currency)

    @classmethod
    def total(cls, amounts: "Iterable[Money]", currency: str) -> "Money":
        """The sum, zero for none; raises CurrencyMismatch if one is in another currency."""
        return sum(amounts, start=cls.of(0, currency))

    @property
    def minor(self) -> int:
        """The amount as an integer number of the currency's smallest units."""
        return int(self.amount.scaleb(minor_units(self.currency)))

    def __add__(self, other: "Money") -> "Money":
        return Money(amount=self.amount + self._same(other), currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(amount=self.amount - self._same(other), currency=self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(amount=self.amount * count, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other} are in different currencies")
        return other.amount


def _above_zero(money: Money) -> Money:
    if money.amount <= 0:
        raise ValueError("the amount must be above zero")
    return money


PositiveMoney = Annotated[Money, AfterValidator(_above_zero)]


class Address(Value):
    """A postal address."""

    name: PersonName | None = None
    line1: Annotated[ShortText, Personal.STREET]
    line2: Annotated[ShortText | None, Personal.STREET] = None
    city: Annotated[ShortText, Personal.CITY]
    region: ShortText | None = None
    postcode: Annotated[str, Field(min_length=1, max_length=20), Personal.POSTCODE]
    country: Country

    def __str__(self) -> str:
        parts = (self.name, self.line1, self.line2, f"{self.postcode} {self.city}", self.region, self.country)
        return ", ".join(part for part in parts if part)


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))
