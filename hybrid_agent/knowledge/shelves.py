"""Which passages belong together, and which a reader may use: worked out once, looked up by every search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.passages import Passage, Scope


@dataclass(frozen=True, slots=True)
class Shelves:
    """Passages by their article, and by what decides who may use them.

    `samples` has one passage of each sort of readers, `sorts` the sort of each passage.
    """

    articles: Mapping[str, NDArray[np.int64]]
    samples: tuple[Passage, ...]
    sorts: NDArray[np.int64]

    def allowed(self, scope: Scope) -> NDArray[np.bool_]:
        """For each passage whether the scope holds it."""
        anywhere = replace(scope, articles=())
        result: NDArray[np.bool_] = np.array([anywhere.holds(each) for each in self.samples], dtype=np.bool_)
        result = result[self.sorts]
        if scope.articles:
            named = np.zeros(len(self.sorts), dtype=np.bool_)
            for article in scope.articles:
                named[self.articles.get(article, ())] = True
            result = result & named
        return result


def shelve(passages: Sequence[Passage]) -> Shelves:
    """Sorts the passages."""
    articles: dict[str, list[int]] = {}
    sorts: dict[tuple[object, ...], int] = {}
    samples, sorted_as = [], []
    for row, passage in enumerate(passages):
        articles.setdefault(passage.article, []).append(row)
        readers = _readers(passage)
        if readers not in sorts:
            sorts[readers] = len(sorts)
            samples.append(passage)
        sorted_as.append(sorts[readers])
    by_article = {article: np.array(rows, dtype=np.int64) for article, rows in articles.items()}
    return Shelves(by_article, tuple(samples), np.array(sorted_as, dtype=np.int64))


def _readers(passage: Passage) -> tuple[object, ...]:
    """All that `Scope.holds` asks about but the article."""
    return (
        passage.audience,
        passage.locale,
        passage.valid_from,
        passage.valid_until,
        passage.tags,
        passage.product,
    )
