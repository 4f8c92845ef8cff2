"""Comparing what was said with what must be said, as people read it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

_TYPED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-"})  # noqa: RUF001


def untold(told: Sequence[Sequence[str]], not_told: Sequence[Sequence[str]], text: str) -> Iterator[str]:
    """What should have been told and was not, and what was told and should not have been."""
    for texts in told:
        if not any(occurs(each, text) for each in texts):
            yield f"not told: {' / '.join(texts)}"
    for texts in not_told:
        yield from (f"told: {each}" for each in texts if occurs(each, text))


def occurs(wanted: str, text: str) -> bool:
    """Whether a text holds another, whatever its case, quotes and spaces; no number inside a longer one."""
    body = re.escape(plain(wanted))
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + body + after, plain(text)) is not None


def plain(text: str) -> str:
    """The text as it is compared: one kind of quotes, dashes and spaces, no case, no emphasis."""
    folded = unicodedata.normalize("NFKC", text).translate(_TYPED).replace("*", "").casefold()
    return " ".join(folded.split())


def covers(expected: JsonValue, found: JsonValue) -> bool:
    """Whether all that is expected of a value is so; of a mapping, only what is named is compared."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            covers(value, found.get(name)) for name, value in expected.items()
        )
    if isinstance(expected, str) and isinstance(found, str):
        return plain(expected) == plain(found)
    return expected == found


def same_arguments(one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> bool:
    """Whether two calls have equal arguments; one that is None is as one that is not given."""
    return _given(dict(one)) == _given(dict(other))


def _given(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _given(each) for name, each in value.items() if each is not None}
    return [_given(each) for each in value] if isinstance(value, list) else value
