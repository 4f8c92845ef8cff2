"""Which option on offer a message means: by its place in the list, its words, or its day and time."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hybrid_agent.reasoning.picking import bare
from hybrid_agent.slots import Found, Hints, SlotKind, find, meant


def picked(text: str, hints: Hints) -> Found | None:
    """The one option that the message names; `hints.choices` holds each option's shown words first.

    A time that one option alone has names it, on the day if one is said. The number in "3 pm" or "3 December"
    is no place in the list.
    """
    days, times = _days(text, hints), _times(text, hints)
    if times and (found := _by_moment([*days, *times], text, hints)):
        return found
    rest = text
    for one in (*days, *times):
        rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    named = meant(find(SlotKind.CHOICE, rest, hints), rest)
    return named if named is not None and named.certain else _by_words(rest, text, hints)


def _by_moment(said: Sequence[Found], text: str, hints: Hints) -> Found | None:
    """The option at that time; on the first day on offer where several days have it and none is said."""
    wanted = {one.value for one in said}
    shown = {value: _moments(words[0], hints) for value, words in hints.choices.items()}
    fitting = [value for value in shown if wanted <= shown[value]]
    first_day = next(iter(shown.values())) - wanted if shown else set()
    if len(fitting) > 1:
        fitting = [value for value in fitting if shown[value] - wanted <= first_day]
    start, end = min(one.start for one in said), max(one.end for one in said)
    return Found(fitting[0], text[start:end], start, end, True) if len(fitting) == 1 else None


def _by_words(rest: str, text: str, hints: Hints) -> Found | None:
    """The one option whose shown words hold all that the message says."""
    said = set(re.findall(r"\w+", bare(rest)))
    fitting = [
        v for v, words in hints.choices.items() if said and said <= set(re.findall(r"\w+", words[0].lower()))
    ]
    return Found(fitting[0], text, 0, len(text), True) if len(fitting) == 1 else None


def _moments(shown: str, hints: Hints) -> set[object]:
    return {one.value for one in (*_days(shown, hints), *_times(shown, hints))}


def _days(text: str, hints: Hints) -> tuple[Found, ...]:
    return find(SlotKind.DATE, text, replace(hints, asked=False))


def _times(text: str, hints: Hints) -> tuple[Found, ...]:
    return find(SlotKind.TIME, text, replace(hints, asked=False))
