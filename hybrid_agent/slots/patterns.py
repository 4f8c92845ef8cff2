"""The catalog's own regexes, compiled so that no message can make one run for long."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import regex

MAX_PATTERN = 200
_TIMEOUT_S = 0.25
"""Of processor time of the whole process: other threads must not make a sound pattern miss a number."""
_log = logging.getLogger(__name__)


class InvalidPattern(ValueError):  # noqa: N818
    """A catalog's regex that cannot be used; the message says why and what to write instead."""


class IdPattern(NamedTuple):
    """A compiled pattern: where it occurs, what it matches whole, and its literal prefixes ("ORD-")."""

    inner: regex.Pattern[str]
    outer: regex.Pattern[str]
    prefixes: tuple[str, ...]

    def matches(self, value: str) -> bool:
        """Whether the whole value has the pattern's form; False where matching takes too long."""
        try:
            return self.inner.fullmatch(value, timeout=_TIMEOUT_S) is not None
        except TimeoutError:
            _log.warning("the id pattern %r takes too long on a short text; simplify it", self.inner.pattern)
            return False

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the pattern occurs as a word of its own; what was found before a time-out stays."""
        found: list[tuple[int, int]] = []
        try:
            matches = self.outer.finditer(text, timeout=_TIMEOUT_S)
            found.extend(match.span() for match in matches if match.end() > match.start())
        except TimeoutError:
            _log.warning("the id pattern %r takes too long on a message; simplify it", self.inner.pattern)
        return found


@lru_cache(maxsize=128)
def compile_pattern(pattern: str) -> IdPattern:
    """Compile a catalog's pattern. Raises InvalidPattern for one that is too long or not a regex."""
    import regex

    if len(pattern) > MAX_PATTERN:
        raise InvalidPattern(f"the pattern has {len(pattern)} characters; write it in {MAX_PATTERN} or fewer")
    body = re.sub(r"^(?:\^|\\A)|(?:(?<!\\)\$|\\Z)$", "", pattern)
    try:
        inner = regex.compile(body)
        outer = regex.compile(
            rf"(?<!\w)(?<!\d[.,:/-])(?:{body})(?!\w)(?![.,:/-]\d)", flags=regex.IGNORECASE | regex.V0
        )
    except (regex.error, RecursionError, OverflowError) as error:
        raise InvalidPattern(f"the pattern {pattern!r} is not a regular expression: {error}") from error
    if inner.fullmatch("") is not None:
        raise InvalidPattern(f"the pattern {pattern!r} also matches nothing; ask for at least one character")
    return IdPattern(inner, outer, _prefixes(body))


def _prefixes(body: str) -> tuple[str, ...]:
    """The literal text before the first digit class: what a customer leaves out ("12345" for ORD-12345)."""
    match = re.match(r"((?:[A-Za-z_ /]|\\?[#-])+)(\??)(?=\\d|\[0-9|\[1-9)", body)
    if match is None or match.group(2):
        return ()
    return (match.group(1).replace("\\", ""),)
