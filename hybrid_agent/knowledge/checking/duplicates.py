"""Texts that stand in several articles: one of them will be forgotten when the others are changed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from hybrid_agent.knowledge.checking.findings import Finding, Kind, place, quoted
from hybrid_agent.knowledge.checking.neighbours import Pair, seen_together
from hybrid_agent.knowledge.passages import Passage, PassageKind

SAME = 0.85
"""The share of words (Jaccard) from which two passages count as one."""

LEAST_COSINE = 0.75
LEAST_WORDS = 8
SHOWN = 5


def duplicates(passages: Sequence[Passage], pairs: Iterable[Pair]) -> Iterator[Finding]:
    """A warning for each text that stands in several articles, and for articles that are all the same."""
    groups = _groups(passages, pairs)
    by_articles: dict[tuple[str, ...], list[list[int]]] = defaultdict(list)
    for rows in groups:
        by_articles[tuple(sorted({passages[row].source for row in rows}))].append(rows)
    sizes: dict[str, int] = defaultdict(int)
    for passage in passages:
        sizes[passage.source] += 1
    for sources, shared in by_articles.items():
        first = passages[shared[0][0]]
        whole = len(sources) > 1 and all(len(shared) >= 0.8 * sizes[source] for source in sources)
        where = first.source if whole else place(first)
        yield Finding(
            kind=Kind.DUPLICATE, level="warning", where=where, message=_message(passages, shared, whole)
        )


def _message(passages: Sequence[Passage], shared: list[list[int]], whole: bool) -> str:
    others = list(dict.fromkeys(place(passages[row]) for rows in shared for row in rows[1:]))
    if whole:
        others = list(dict.fromkeys(passages[row].source for rows in shared for row in rows[1:]))
    named = ", ".join(others[:SHOWN]) + (f" and {len(others) - SHOWN} more" if len(others) > SHOWN else "")
    if whole:
        return f"says the same as {named}. Keep one of the articles and link to it."
    said = quoted(passages[shared[0][0]].text, 100)
    more = f" and {len(shared) - 1} more texts" if len(shared) > 1 else ""
    return f"{said}{more} stand also in {named}. Keep the text in one place and link to it."


def _groups(passages: Sequence[Passage], pairs: Iterable[Pair]) -> list[list[int]]:
    """Rows of passages that say the same, each group in order; joined step by step (union and find)."""
    root = list(range(len(passages)))

    def find(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    for pair in pairs:
        if pair.cosine >= LEAST_COSINE and _same(passages[pair.one], passages[pair.other]):
            low, high = sorted((find(pair.one), find(pair.other)))
            root[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for row in range(len(passages)):
        groups[find(row)].append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


def _same(one: Passage, other: Passage) -> bool:
    if one.article == other.article or PassageKind.POLICY in (one.kind, other.kind):
        return False
    if not seen_together(one, other):
        return False
    ours, theirs = _words(one.text), _words(other.text)
    if min(len(ours), len(theirs)) < LEAST_WORDS:
        return False
    return len(ours & theirs) >= SAME * len(ours | theirs)


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    """The words and numbers of a text; a changed number makes it another text."""
    return frozenset(re.findall(r"\w+", text.lower()))
