"""Where a text has something: (start, end)."""

from collections.abc import Callable, Iterable, Iterator

Spans = Callable[[str], Iterable[tuple[int, int]]]
"""A recogniser: where a text has something, as (start, end)."""


def joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans from left to right, those that overlap as one."""
    start = end = -1
    for first, last in sorted(spans):
        if first >= end:
            if start < end:
                yield start, end
            start, end = first, last
        end = max(end, last)
    if start < end:
        yield start, end
