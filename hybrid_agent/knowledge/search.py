"""Search over a help centre: meaning and words together, only what the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.answering.answer import Asked, answer
from hybrid_agent.knowledge.answering.answerability import Answerability, default_answerability
from hybrid_agent.knowledge.answering.signals import Signals, signals
from hybrid_agent.knowledge.answering.vectors import Vectors
from hybrid_agent.knowledge.fusing import Found, articles_first, ranked
from hybrid_agent.knowledge.indexing.building import load_index
from hybrid_agent.knowledge.indexing.index import Index
from hybrid_agent.knowledge.passages import Answer, Hit, Passage, PassageKind, Scope
from hybrid_agent.knowledge.shelves import Shelves, shelve
from hybrid_agent.knowledge.sources.finding import Source

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder
    from hybrid_agent.knowledge.plugged.reranking import Rerank

QUERY_CHARACTERS = 2_000
"""Of a longer query only this much is read: the encoder would not read further either."""

RERANKED = 20
"""So many passages a reranker gets to see."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A help centre that can be searched; make it with `load_knowledge` or `knowledge_of`.

    Calls block for milliseconds. `rerank` may change the order of what is found.
    """

    index: Index
    encoder: "Encoder"
    shelves: Shelves
    vectors: Vectors
    answerability: Answerability
    rerank: "Rerank | None" = None

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, also those that not everyone may see."""
        return self.index.passages

    def search(self, query: str, scope: Scope, *, k: int = 4) -> tuple[Hit, ...]:
        """The k best passages within the scope: the best one of each article, then further ones."""
        found = self._ordered(query, self._found(query[:QUERY_CHARACTERS], scope, k)[1])
        return tuple(each.hit() for each in articles_first(found))[: max(0, k)]

    def signals(self, query: str, scope: Scope) -> Signals | None:
        """What speaks for the help centre answering; None where nothing at all was found."""
        query = query[:QUERY_CHARACTERS]
        _, found = self._found(query, scope, 1)
        return signals(query, found, self.index.words) if found else None

    def answers(self, query: str, scope: Scope, *, k: int = 4) -> Answer:
        """A few sentences, verbatim, from the k best passages; none if these do not answer."""
        query = query[:QUERY_CHARACTERS]
        vector, found = self._found(query, scope, k)
        if not found:
            return Answer(answerable=False, score=0.0, sentences=(), hits=(), why="nothing was found")
        order = self._ordered(query, found)
        if not order:
            return Answer(answerable=False, score=0.0, sentences=(), hits=(), why="the reranker kept nothing")
        kept = found if len(order) == len(found) else order
        asked = Asked(
            query, vector, signals(query, self._beside(kept, query, vector, scope), self.index.words)
        )
        further = [*order[k:], *self._policies(asked, scope)]
        return answer(asked, order[:k], further, self.answerability, self.index.words, self.vectors)

    def _beside(
        self, found: list[Found], query: str, vector: NDArray[np.float32], scope: Scope
    ) -> list[Found]:
        """What was found first, then what is found without the tags, so that few articles are no proof."""
        if not scope.tags:
            return found
        allowed = self.shelves.allowed(replace(scope, tags=()))
        best = found[0]
        wide = ranked(self.index, query, vector, allowed, k=1)
        return [best, *(each for each in wide if each.passage.id != best.passage.id)]

    def _policies(self, asked: Asked, scope: Scope) -> list[Found]:
        """The policies that hold whichever articles are asked for."""
        if not scope.articles:
            return []
        allowed = self.shelves.allowed(replace(scope, articles=()))
        found = ranked(self.index, asked.query, asked.vector, allowed, k=1)
        return [each for each in found if each.passage.kind is PassageKind.POLICY]

    def _found(self, query: str, scope: Scope, k: int) -> tuple[NDArray[np.float32], list[Found]]:
        vector: NDArray[np.float32] = self.encoder.encode([query])[0]
        return vector, ranked(self.index, query, vector, self.shelves.allowed(scope), k)

    def _ordered(self, query: str, found: list[Found]) -> list[Found]:
        """As the reranker has it, those that it never saw behind; only its own where it leaves some out."""
        if self.rerank is None:
            return found
        seen = {each.passage.id: each for each in found[:RERANKED]}
        hits = self.rerank(query, [each.hit() for each in seen.values()])
        kept = [seen[hit.passage.id] for hit in hits]
        return kept + found[RERANKED:] if len(kept) == len(seen) else kept


def load_knowledge(
    sources: Sequence[Source], encoder: "Encoder", cache: Path, *, policies: Sequence[Passage] = ()
) -> Knowledge:
    """Loads the help centre in the given sources; builds its index if `cache` does not hold it yet.

    Raises BuildError, whose message says which folders or files cannot be used and what to do.
    """
    return knowledge_of(load_index(sources, encoder, cache, policies=policies), encoder)


def knowledge_of(
    index: Index,
    encoder: "Encoder",
    *,
    answerability: Answerability | None = None,
    rerank: "Rerank | None" = None,
) -> Knowledge:
    """A help centre over an index; without `answerability` the packaged one decides what is answered."""
    return Knowledge(
        index=index,
        encoder=encoder,
        shelves=shelve(index.passages),
        vectors=Vectors(encoder),
        answerability=answerability or default_answerability(),
        rerank=rerank,
    )
