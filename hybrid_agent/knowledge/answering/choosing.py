"""The sentences of passages, how well each answers a query, and which of them are said together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.answering.roles import announces, is_sought, qualifies, role_of
from hybrid_agent.knowledge.answering.vectors import Vectors
from hybrid_agent.knowledge.fusing import Found
from hybrid_agent.knowledge.indexing.lexical import Words, words_of
from hybrid_agent.knowledge.passages import AnswerSentence, Passage, PassageKind, Role
from hybrid_agent.knowledge.sentences import Unit, units
from hybrid_agent.knowledge.texts import passage_context

MOST_SENTENCES = 3
LIST_ITEMS = 6
"""Of a list or table whose heading sentence is said, at most this much is said with it."""

_MEANING, _WORDS, _PASSAGE, _SOUGHT = 0.45, 0.15, 0.35, 0.05
"""Shares in a sentence's score: its cosine, the query's words in it, its passage's score, and whether it has
the form that is asked for."""

_NAMED = 0.15
"""What a table's row gains whose first cell is asked for by name."""

_BESIDE, _ELSEWHERE, _LISTED = 0.8, 0.92, 0.95
"""The share of the best sentence's score that a further one needs: in prose beside it (conditions follow the
rule), in other prose, and in a list or table."""

_SAME = 0.85
"""The cosine from which a policy and a sentence of an article say the same."""

_ROLES = list(Role)


@dataclass(frozen=True, slots=True, eq=False)
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
            score=_score(
                float(own @ vector),
                words.coverage(query, unit.text),
                each.score,
                is_sought(query, unit.text),
                _is_named(query, unit),
            ),
        )
        for (each, order, unit), own in zip(pieces, encoded, strict=True)
    ]


def _is_named(query: str, unit: Unit) -> bool:
    """Whether the query has all words of the first cell of a row."""
    if unit.prose or "; " not in unit.text:
        return False
    named = words_of(unit.text.split("; ", 1)[0].partition(": ")[2])
    return bool(named) and named <= words_of(query)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence to say; `bound` is set for the best one and what must not be left out beside it."""

    sentence: Candidate
    role: Role
    bound: bool


def chosen(found: Sequence[Candidate]) -> list[Chosen]:
    """The best sentence with what belongs to it: what it announces or what qualifies it, then what is near.

    The answer comes first, with what is of its form beside it, in the article's order; then what else is the
    case, what the customer can do, and how long it takes.
    """
    best = max(found, key=lambda each: each.score)
    articles = _articles(best, found)
    bound = [best, *_bound_to(best, found)]
    further: list[Candidate] = []
    for each in sorted(found, key=lambda each: -each.score):
        if len(bound) + len(further) >= MOST_SENTENCES:
            break
        if _belongs(each, best, articles) and not _is_said(each, [*bound, *further]):
            further.append(each)
    form = role_of(best.unit.text)
    along = [each for each in further if each.row == best.row and role_of(each.unit.text) is form]
    first = [Chosen(each, Role.ANSWER, each in bound) for each in [*bound, *along]]
    rest = [Chosen(each, role_of(each.unit.text), bound=False) for each in further if each not in along]
    rest.sort(key=lambda each: (_ROLES.index(each.role), each.sentence.row, each.sentence.order))
    return [*sorted(first, key=lambda each: each.sentence.order), *rest]


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
    if not candidate.unit.prose:
        return candidate.score >= _LISTED * best.score
    beside = best.unit.prose and candidate.row == best.row
    return candidate.score >= (_BESIDE if beside else _ELSEWHERE) * best.score


def _score(cosine: float, covered: float, passage: float, sought: bool, named: bool) -> float:
    score = _MEANING * cosine + _WORDS * covered + _PASSAGE * passage + _SOUGHT * sought + _NAMED * named
    return min(1.0, max(0.0, score))
