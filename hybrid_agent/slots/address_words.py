"""The words and patterns of postal addresses, compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hybrid_agent.slots.words import any_of, table

_POSTCODE_FIRST = (
    "DE",
    "FR",
    "ES",
    "IT",
    "AT",
    "CH",
    "BE",
    "LU",
    "NL",
    "DK",
    "SE",
    "NO",
    "FI",
    "PL",
    "PT",
    "CZ",
    "SK",
    "GR",
)
_REGION_FIRST = ("US", "CA", "AU")
_CITY_FIRST = ("GB", "IE")


_AFTER = {"city_after": r"(?=\s[^\W\d_])", "region_before": "", "city_before": ""}
_PLAIN = r"[^\d#@!?;\"]"
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th)\b"


@dataclass(frozen=True, slots=True)
class AddressWords:
    """Patterns of the parts, and what their words say about the country.

    `anchors` pairs a layout ("city_after", "region_before", "city_before") and a country with the pattern
    of the country's postcodes.
    """

    anchors: tuple[tuple[str, str, re.Pattern[str]], ...]
    countries: dict[str, str]
    country: re.Pattern[str]
    regions: dict[str, dict[str, str]]
    region: dict[str, re.Pattern[str]]
    number_first: re.Pattern[str]
    number_last: re.Pattern[str]
    box: re.Pattern[str]
    unit: re.Pattern[str]
    street_words: dict[str, str]
    endings: tuple[tuple[str, str], ...]
    leading: dict[str, str]
    also: dict[str, list[str]]
    counties: frozenset[str]
    particles: frozenset[str]
    stops: frozenset[str]


@lru_cache(maxsize=1)
def address_words() -> AddressWords:
    """The words of `streets.toml` and `places.toml`."""
    facts, countries, regions = table("streets"), table("countries"), table("regions")
    names = {name: code for code, country in countries.items() for name in country["names"]}
    return AddressWords(
        anchors=tuple(_anchors()),
        countries=names,
        country=_compile(rf"[\s,]{{0,3}}(?P<name>{any_of(names)})(?!\w)\.?"),
        regions={
            code: {**{k.lower(): k for k in names}, **{v: k for k, v in names.items()}}
            for code, names in regions.items()
        },
        region={
            code: _compile(rf"(?<!\w)(?P<region>{any_of([*names, *names.values()])})\.?[\s,]{{1,3}}$")
            for code, names in regions.items()
        },
        number_first=_compile(
            r"(?<![\w#/.-])(?P<number>\d{1,5}(?:\s?[a-z](?![\w']))?(?:[-/]\d{1,5}[a-z]?)?(?:\s(?:bis|ter|1/2))?),?\s"
            rf"(?P<name>(?:{_ORDINAL}\s)?[^\W\d]{_PLAIN}{{1,60}}(?:{_ORDINAL}{_PLAIN}{{0,30}})?"
            rf"(?:(?:#|\b(?:apt|apartment|unit|suite|ste|flat|floor|bldg)\b\.?)\s?\d{{1,5}}[a-z]?(?!\w){_PLAIN}{{0,40}})?)$"
        ),
        number_last=_compile(
            r"(?P<name>[^\W\d][^\d@!?;:\"]{1,60}?)[\s]{1,2}(?:nr\.?\s|n[º°]\s?)?"
            r"(?P<number>\d{1,4}(?:\s?[a-z](?!\w))?(?:\s?[-/]\s?\d{1,4}\s?[a-z]?)?(?:[-\s](?:hs|bis|ter|i{1,3})\b)?)$"
        ),
        box=_compile(rf"(?<!\w){any_of(facts['boxes'])}\s?\d{{1,8}}"),
        unit=_compile(rf"(?<!\w){any_of(facts['units'])}(?:\.|\b|(?<=#))\s?[\w/-]{{0,12}}"),
        street_words={word: code for code, known in facts["words"].items() for word in known},
        endings=tuple((word, code) for code, words in facts["endings"].items() for word in words),
        leading={word: code for code, known in facts["leading"].items() for word in known},
        also=facts["also"],
        counties=frozenset(facts["counties"]),
        particles=frozenset(facts["particles"]),
        stops=frozenset(facts["stops"]),
    )


def _anchors() -> list[tuple[str, str, re.Pattern[str]]]:
    forms = {code: country["postcode"] for code, country in table("countries").items()}
    layouts = (
        ("city_before", _CITY_FIRST),
        ("region_before", _REGION_FIRST),
        ("city_after", _POSTCODE_FIRST),
    )
    return [
        (
            layout,
            code,
            _compile(
                rf"(?<![\w#$€£./])(?:(?:{code}|{code[0]})-)?(?P<postcode>{forms[code]})(?!\w|[.,/-]\d){_AFTER[layout]}"
            ),
        )
        for layout, codes in layouts
        for code in codes
    ]


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
