"""Regular expressions that find known values in any case, spacing, Unicode form or digit groups."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hybrid_agent.redaction.personal import EVERYDAY, GROUPED, Known

_GAP = r"[ ()./-]{0,3}"
_MIN_NATIONAL = 7


class Spellings(NamedTuple):
    """A pattern that has one group for each of the values, and matches wherever one of them begins."""

    pattern: re.Pattern[str]
    values: tuple[Known, ...]


class _Source(NamedTuple):
    """A regular expression for a value, and whether it may begin only where a word does."""

    pattern: str
    opens: bool
    known: Known


def spellings(known: Iterable[Known]) -> Spellings | None:
    """The pattern of the values, longer ones first; None where there is nothing to find."""
    ordered = sorted(known, key=lambda each: -len(each.value))
    sources = [_Source(*source, value) for value in ordered for source in _sources(value)]
    if not sources:
        return None
    # One look behind for all values that open a word: most places of a text are none.
    opening = [each for each in sources if each.opens]
    other = [each for each in sources if not each.opens]
    parts = [
        f"{before}(?:{_either(group)})" for before, group in ((r"(?<!\w)", opening), ("", other)) if group
    ]
    pattern = re.compile(f"(?={'|'.join(parts)})", re.IGNORECASE)
    return Spellings(pattern, tuple(each.known for each in (*opening, *other)))


def _either(sources: Iterable[_Source]) -> str:
    return "|".join(f"({each.pattern})" for each in sources)


def _sources(known: Known) -> Iterator[tuple[str, bool]]:
    if known.kind == "phone" and sum(map(str.isdigit, known.value)) >= _MIN_NATIONAL:
        yield from ((number, True) for number in _phone(known.value))
    elif known.kind == "link":
        yield f"(?-i:{re.escape(known.value)})", False
    elif EVERYDAY.fullmatch(known.value):
        if not known.value.islower():
            yield rf"(?-i:{known.value}|{known.value.title()})\b", True
    elif known.kind in GROUPED:
        bare = "".join(known.value.split())
        yield _word(r"[\s-]?".join(map(re.escape, bare)), bare)
    else:
        forms = (known.value, *(unicodedata.normalize(form, known.value) for form in ("NFC", "NFD")))
        for text in dict.fromkeys(forms):
            yield _word(r"\s+".join(map(re.escape, text.split())), text)


def _phone(written: str) -> Iterator[str]:
    """The number in groups of any kind, with its country code, or without it and maybe with a zero before."""
    digits = "".join(each for each in written if each.isdigit())
    international = written.lstrip().startswith(("+", "00"))
    digits = digits if written.lstrip().startswith("+") else digits.removeprefix("00")
    yield rf"(?:\+|00)?{_GAP.join(digits)}(?!\w)"
    for code in (1, 2, 3) if international else ():
        if len(digits) - code >= _MIN_NATIONAL:
            dialled = rf"(?:(?:\+|00)?{_GAP.join(digits[:code])}{_GAP})?(?:0{_GAP})?"
            yield rf"{dialled}{_GAP.join(digits[code:])}(?!\w)"


def _word(source: str, text: str) -> tuple[str, bool]:
    """The source as a whole word, where the script separates words."""
    after = r"(?!\w)" if _separates(text[-1]) else ""
    return f"{source}{after}", _separates(text[0])


def _separates(char: str) -> bool:
    return char.isdigit() or char.lower() != char.upper()
