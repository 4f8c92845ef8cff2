"""Chooses the sentences that answer a question, and says whether they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.index import Index, passage_context
from hybrid_agent.knowledge.lexical import LexicalIndex, terms
from hybrid_agent.knowledge.passages import Answer, AnswerSentence, Hit
from hybrid_agent.knowledge.sentences import Unit, units

ANSWERABLE_FROM = 0.5
"""An answer is given from this estimated probability on."""

MOST_SENTENCES = 3
_CLOSE = 0.85
"""A further sentence is quoted from this share of the best sentence's score on."""

_BIAS, _PASSAGE, _UNIT, _COVERAGE = -6.0, 4.0, 4.0, 3.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    row: int
    unit: Unit
    order: int
    score: float


def answer(
    query: str,
    vector: NDArray[np.float32],
    ranked: Sequence[tuple[int, Hit]],
    index: Index,
    lexical: LexicalIndex,
) -> Answer:
    """Quotes from the ranked passages (row in the index, hit) what answers the query."""
    hits = tuple(hit for _, hit in ranked)
    candidates = [
        candidate for row, hit in ranked for candidate in _candidates(query, vector, row, hit, index, lexical)
    ]
    if not candidates:
        return Answer(answerable=False, score=0.0, sentences=(), hits=hits, why="nothing was found")
    best = max(candidates, key=lambda candidate: candidate.score)
    passage_cosine = float(index.vectors[best.row] @ vector)
    coverage = lexical.coverage(query, f"{passage_context(best.hit.passage)} {best.hit.passage.text}")
    score = 1 / (1 + exp(-(_BIAS + _PASSAGE * passage_cosine + _UNIT * best.score + _COVERAGE * coverage)))
    answerable = score >= ANSWERABLE_FROM
    return Answer(
        answerable=answerable,
        score=score,
        sentences=_chosen(best, candidates) if answerable else (),
        hits=hits,
        why=f"passage {passage_cosine:.2f}, sentence {best.score:.2f}, words covered {coverage:.2f}",
    )


def _candidates(
    query: str, vector: NDArray[np.float32], row: int, hit: Hit, index: Index, lexical: LexicalIndex
) -> list[_Candidate]:
    start, end = index.unit_starts[row], index.unit_starts[row + 1]
    cosines = index.unit_vectors[start:end] @ vector
    return [
        _Candidate(
            hit=hit,
            row=row,
            unit=unit,
            order=order,
            score=min(1.0, max(0.0, 0.7 * float(cosine) + 0.3 * lexical.coverage(query, unit.text))),
        )
        for order, (unit, cosine) in enumerate(zip(units(hit.passage.text), cosines, strict=True))
    ]


def _chosen(best: _Candidate, candidates: Sequence[_Candidate]) -> tuple[AnswerSentence, ...]:
    """The best sentence and those nearly as good from the same article; in the article's order."""
    close = [
        candidate
        for candidate in candidates
        if candidate.score >= _CLOSE * best.score
        and candidate.hit.passage.article == best.hit.passage.article
    ]
    distinct: dict[frozenset[str], _Candidate] = {}
    for candidate in sorted(close, key=lambda candidate: -candidate.score):
        distinct.setdefault(frozenset(terms(candidate.unit.text)), candidate)
    chosen = sorted(
        list(distinct.values())[:MOST_SENTENCES], key=lambda candidate: (candidate.row, candidate.order)
    )
    return tuple(
        AnswerSentence(
            text=candidate.unit.text,
            quote=candidate.unit.quote,
            passage=candidate.hit.passage,
            score=candidate.score,
        )
        for candidate in chosen
    )
