"""The sentences of passages, how well each answers a query, and which of them are said together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.fusing import POLICY_BONUS, Found
from hybrid_agent.knowledge.lexical import Words, words_of
from hybrid_agent.knowledge.passages import AnswerSentence, Passage, PassageKind, Role
from hybrid_agent.knowledge.roles import announces, qualifies, role_of
from hybrid_agent.knowledge.sentences import Unit, units
from hybrid_agent.knowledge.texts import passage_context
from hybrid_agent.knowledge.vectors import Vectors

MOST_SENTENCES = 3
LIST_ITEMS = 6
"""Of a list or table whose heading sentence is said, at most this much is said with it."""

_MEANING, _WORDS = 0.7, 0.3
_BESIDE, _ELSEWHERE = 0.6, 0.85
"""The share of the best sentence's score that a further one needs: in prose beside it, and anywhere else."""

_SAME = 0.85
"""The cosine from which a policy and a sentence of an article say the same."""

_ROLES = list(Role)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, in which it is number `order`; `score` is 0..1."""

    passage: Passage
    row: int
    order: int
    unit: Unit
    vector: NDArray[np.float32]
    score: float

    @property
    def is_policy(self) -> bool:
        """Whether the catalog declares it."""
        return self.passage.kind is PassageKind.POLICY

    def said(self, role: Role = Role.ANSWER) -> AnswerSentence:
        """The sentence as part of an answer."""
        return AnswerSentence(
            text=self.unit.text, quote=self.unit.quote, passage=self.passage, score=self.score, role=role
        )


def candidates(
    query: str, vector: NDArray[np.float32], found: Iterable[Found], words: Words, vectors: Vectors
) -> list[Candidate]:
    """Every sentence of the passages found."""
    pieces = [(each, order, unit) for each in found for order, unit in enumerate(units(each.passage.text))]
    if not pieces:
        return []
    encoded = vectors.of([f"{passage_context(each.passage)}: {unit.text}" for each, _, unit in pieces])
    return [
        Candidate(
            passage=each.passage,
            row=each.row,
            order=order,
            unit=unit,
            vector=own,
            score=_score(float(own @ vector), words.coverage(query, unit.text), each.passage),
        )
        for (each, order, unit), own in zip(pieces, encoded, strict=True)
    ]


def chosen(found: Sequence[Candidate]) -> list[tuple[Candidate, Role]]:
    """The best sentence with what belongs to it: what it announces or what qualifies it, then what is near.

    The answer comes first, then what the customer can do, then how long it takes; within each its own passage
    comes first, in the article's order.
    """
    best = max(found, key=lambda each: each.score)
    articles = _articles(best, found)
    bound = [best, *_bound_to(best, found)]
    further: list[Candidate] = []
    for each in sorted(found, key=lambda each: -each.score):
        if len(bound) + len(further) >= MOST_SENTENCES:
            break
        if _belongs(each, best, articles) and not any(
            _says_the_same(each, other) for other in (*bound, *further)
        ):
            further.append(each)
    parts = [(each, Role.ANSWER) for each in bound] + [(each, role_of(each.unit.text)) for each in further]
    return sorted(
        parts,
        key=lambda part: (_ROLES.index(part[1]), part[0].row != best.row, part[0].row, part[0].order),
    )


def _bound_to(best: Candidate, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """What must not be left out beside it."""
    beside = {each.order: each for each in found if each.row == best.row}
    if announces(best.unit.text):
        for order in range(best.order + 1, best.order + 1 + LIST_ITEMS):
            if order not in beside or beside[order].unit.prose:
                return
            yield beside[order]
    elif best.unit.prose:
        after = beside.get(best.order + 1)
        if after is not None and after.unit.prose and qualifies(after.unit.text):
            yield after
        before = beside.get(best.order - 1)
        if before is not None and before.unit.prose and qualifies(best.unit.text):
            yield before


def _is_said(candidate: Candidate, already: Iterable[Candidate]) -> bool:
    return any(_says_the_same(candidate, each) for each in already)


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    """Whether nobody needs to hear both."""
    if words_of(one.unit.text) == words_of(other.unit.text):
        return True
    return one.is_policy != other.is_policy and float(one.vector @ other.vector) >= _SAME


def _articles(best: Candidate, found: Sequence[Candidate]) -> set[str]:
    """Where further sentences may come from: the article, and the nearest one where a policy answers best."""
    prose = [each for each in found if not each.is_policy]
    if not best.is_policy or not prose:
        return {best.passage.article}
    return {best.passage.article, max(prose, key=lambda each: each.score).passage.article}


def _belongs(candidate: Candidate, best: Candidate, articles: set[str]) -> bool:
    if candidate.passage.article not in articles or announces(candidate.unit.text):
        return False
    prose = candidate.unit.prose and best.unit.prose
    share = _BESIDE if prose and candidate.row == best.row else _ELSEWHERE
    return candidate.score >= share * best.score


def _score(cosine: float, covered: float, passage: Passage) -> float:
    bonus = POLICY_BONUS if passage.kind is PassageKind.POLICY else 0.0
    return min(1.0, max(0.0, _MEANING * cosine + _WORDS * covered + bonus))
