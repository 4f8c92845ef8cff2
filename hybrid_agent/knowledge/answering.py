"""Chooses the sentences that answer a question, and says whether they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.index import Index
from hybrid_agent.knowledge.lexical import Words, terms
from hybrid_agent.knowledge.passages import Answer, AnswerSentence, Hit
from hybrid_agent.knowledge.sentences import Unit, units
from hybrid_agent.knowledge.texts import passage_context

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

ANSWERABLE_FROM = 0.5
"""An answer is given from this estimated probability on.

The probability is a logistic regression (classes weighted alike) on three features of the passages
looked at: the nearest passage's cosine, the nearest sentence's cosine, and the largest share of the
query's words that one passage has. It was fitted on development questions to the sample help centre,
so it is a first estimate: other help centres, and questions of several sentences, shift it.
"""

MOST_SENTENCES = 3

_BIAS, _PASSAGE, _SENTENCE, _COVERAGE = -6.6, 7.0, 5.5, 2.0
_MEANING, _WORDS = 0.7, 0.3
_BESIDE, _ELSEWHERE = 0.6, 0.85
"""The share of the best sentence's score that a further one needs: in prose beside it (conditions and
exceptions follow the rule), and anywhere else."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: int
    hit: Hit
    order: int
    unit: Unit
    cosine: float
    score: float


def answer(
    query: str,
    vector: NDArray[np.float32],
    ranked: Sequence[tuple[int, Hit]],
    index: Index,
    encoder: "Encoder",
) -> Answer:
    """Quotes from the ranked passages (row in the index, hit) what answers the query."""
    hits = tuple(hit for _, hit in ranked)
    found = [c for row, hit in ranked for c in _candidates(query, vector, row, hit, index.words, encoder)]
    if not found:
        return Answer(answerable=False, score=0.0, sentences=(), hits=hits, why="nothing was found")
    passage = float(index.dense.cosines(vector, np.array([row for row, _ in ranked])).max())
    sentence = max(candidate.cosine for candidate in found)
    coverage = max(index.words.coverage(query, _all_words(hit)) for hit in hits)
    score = _logistic(_BIAS + _PASSAGE * passage + _SENTENCE * sentence + _COVERAGE * coverage)
    return Answer(
        answerable=score >= ANSWERABLE_FROM,
        score=score,
        sentences=_chosen(found) if score >= ANSWERABLE_FROM else (),
        hits=hits,
        why=f"nearest passage {passage:.2f}, nearest sentence {sentence:.2f}, words covered {coverage:.2f}",
    )


def _candidates(
    query: str,
    vector: NDArray[np.float32],
    row: int,
    hit: Hit,
    lexical: Words,
    encoder: "Encoder",
) -> list[_Candidate]:
    pieces, context = units(hit.passage.text), passage_context(hit.passage)
    if not pieces:
        return []
    cosines = encoder.encode([f"{context}: {piece.text}" for piece in pieces]) @ vector
    result = []
    for order, (unit, cosine) in enumerate(zip(pieces, cosines, strict=True)):
        score = _MEANING * float(cosine) + _WORDS * lexical.coverage(query, unit.text)
        result.append(_Candidate(row, hit, order, unit, float(cosine), min(1.0, max(0.0, score))))
    return result


def _chosen(found: Sequence[_Candidate]) -> tuple[AnswerSentence, ...]:
    """The best sentence with what belongs to it, in the article's order; its own passage comes first."""
    best = max(found, key=lambda candidate: candidate.score)
    distinct: dict[frozenset[str], _Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: -candidate.score):
        if _belongs(candidate, best):
            distinct.setdefault(frozenset(terms(candidate.unit.text)), candidate)
    chosen = sorted(
        list(distinct.values())[:MOST_SENTENCES],
        key=lambda c: (c.passage != best.passage, c.passage, c.order),
    )
    return tuple(
        AnswerSentence(text=c.unit.text, quote=c.unit.quote, passage=c.hit.passage, score=c.score)
        for c in chosen
    )


def _belongs(candidate: _Candidate, best: _Candidate) -> bool:
    if candidate.hit.passage.article != best.hit.passage.article:
        return False
    prose = candidate.unit.prose and best.unit.prose
    share = _BESIDE if prose and candidate.passage == best.passage else _ELSEWHERE
    return candidate.score >= share * best.score


def _all_words(hit: Hit) -> str:
    return f"{passage_context(hit.passage)} {hit.passage.text}"


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))
