"""Search over a help centre: meaning and words together, only what the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.answering import answer
from hybrid_agent.knowledge.building import load_index
from hybrid_agent.knowledge.index import Index
from hybrid_agent.knowledge.lexical import Words
from hybrid_agent.knowledge.passages import Answer, Hit, Passage, Scope
from hybrid_agent.knowledge.sources import Source

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

QUERY_CHARACTERS = 2_000
"""Of a longer query only this much is read: the encoder would not read further either."""

_PASSAGE, _WORDS = 0.7, 0.3
"""Shares of the cosine with the passage and of BM25 in a hit's score."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A help centre that can be searched; load it with `load_knowledge`. Calls block for milliseconds."""

    index: Index
    lexical: Words
    encoder: "Encoder"

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, also those that not everyone may see."""
        return self.index.passages

    def search(self, query: str, scope: Scope, *, k: int = 4) -> tuple[Hit, ...]:
        """The k best passages within the scope, best first."""
        query = query[:QUERY_CHARACTERS]
        return tuple(hit for _, hit in self._ranked(query, self._encode(query), self._allowed(scope), k))

    def answers(self, query: str, scope: Scope, *, k: int = 4) -> Answer:
        """One to three sentences, verbatim, from the k best passages; none if these do not answer."""
        query = query[:QUERY_CHARACTERS]
        vector = self._encode(query)
        ranked = self._ranked(query, vector, self._allowed(scope), k)
        return answer(query, vector, ranked, self.index, self.encoder)

    def _encode(self, query: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self.encoder.encode([query])[0]
        return vector

    def _allowed(self, scope: Scope) -> NDArray[np.bool_]:
        return np.array([scope.holds(passage) for passage in self.passages], dtype=np.bool_)

    def _ranked(
        self, query: str, vector: NDArray[np.float32], allowed: NDArray[np.bool_], k: int
    ) -> list[tuple[int, Hit]]:
        if not query.strip():
            return []
        passage = np.zeros(len(self.passages), dtype=np.float32)
        rows, cosines = self.index.dense.nearest(vector, len(self.passages), allowed)
        passage[rows] = np.clip(cosines, 0.0, 1.0)
        words = self.lexical.scores(query)
        scores = np.where(allowed, _PASSAGE * passage + _WORDS * words, -1.0)
        best = np.argsort(-scores, kind="stable")[: max(0, k)]
        return [
            (
                int(row),
                Hit(
                    passage=self.passages[row],
                    score=float(min(1.0, scores[row])),
                    why=f"passage {passage[row]:.2f}, words {words[row]:.2f}",
                ),
            )
            for row in best
            if scores[row] > 0
        ]


def load_knowledge(
    sources: Sequence[Source], encoder: "Encoder", cache: Path, *, policies: Sequence[Passage] = ()
) -> Knowledge:
    """Loads the help centre in the given sources; builds its index if `cache` does not hold it yet.

    Raises BuildError, whose message says which folders or files cannot be used and what to do.
    """
    index = load_index(sources, encoder, cache, policies=policies)
    return Knowledge(index=index, lexical=index.words, encoder=encoder)
