"""A deployment's own patterns of personal data, refused where they match anything or can run for long."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

MAX_PATTERN = 200
_TIMEOUT_S = 0.05
_ORDINARY = (
    "Where is my order? I ordered two shirts last week and only one has come.",
    "I would like to return the shoes, please, they do not fit!",
    "Thank you so much. Can you tell me when it will be here",
)
"""What no pattern of personal data may match."""
_LONG, _QUICK_S = 4_000, 0.01
"""Characters of a long message, and more seconds by far than an honest pattern takes for one."""
_ATTEMPTS = 3
"""A busy machine may keep one waiting."""


class InvalidPatternError(ValueError):
    """A pattern that cannot be used; the message says why and what to write instead."""


@lru_cache(maxsize=128)
def compiled(pattern: str) -> "regex.Pattern[str]":
    """The pattern, where it begins and ends as a word does. Raises InvalidPatternError."""
    import regex

    if len(pattern) > MAX_PATTERN:
        message = f"the pattern has {len(pattern)} characters; write it in {MAX_PATTERN} or fewer"
        raise InvalidPatternError(message)
    try:
        found = regex.compile(rf"(?<!\w)(?:{pattern})(?!\w)", flags=regex.V0)
    except (regex.error, RecursionError, OverflowError) as error:
        message = f"the pattern {pattern!r} is not a regular expression: {error}"
        raise InvalidPatternError(message) from error
    if regex.fullmatch(pattern, "") is not None:
        raise InvalidPatternError(
            f"the pattern {pattern!r} also matches nothing; ask for at least one character"
        )
    if any(found.search(text, timeout=_TIMEOUT_S) for text in _ORDINARY):
        message = f"the pattern {pattern!r} matches ordinary words; name the letters and digits that it has"
        raise InvalidPatternError(message)
    for text in _tiring(pattern):
        _expect_quick(found, text, pattern)
    return found


def spans(pattern: "regex.Pattern[str]", text: str) -> Iterator[tuple[int, int]]:
    """Where the pattern stands; all of the text where looking takes too long, for nobody knows."""
    try:
        found = [match.span() for match in pattern.finditer(text, timeout=_TIMEOUT_S)]
    except TimeoutError:
        found = [(0, len(text))]
    yield from found


def _expect_quick(found: "regex.Pattern[str]", text: str, pattern: str) -> None:
    if not any(_is_quick(found, text) for _ in range(_ATTEMPTS)):
        message = f"the pattern {pattern!r} takes too long on some texts; leave out repeats within repeats"
        raise InvalidPatternError(message)


def _is_quick(found: "regex.Pattern[str]", text: str) -> bool:
    try:
        found.search(text, timeout=_QUICK_S)
    except TimeoutError:
        return False
    return True


def _tiring(pattern: str) -> Iterator[str]:
    """Texts that make a pattern with repeats within repeats try every way to read them."""
    own = sorted({each for each in pattern if each.isalnum()})
    for run in ("a", "0", "A", " ", "-", "a ", "a0", "A0-", *own, "".join(own)):
        repeated = (run * _LONG)[:_LONG]
        yield from (f"{repeated}{end}" for end in ("!", "\u00e4", f"!{''.join(own)}"))
