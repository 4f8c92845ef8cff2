"""Statements of different articles, or of an article and a policy, that cannot both hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.checking.findings import Finding, Kind, place, quoted
from hybrid_agent.knowledge.checking.neighbours import Pair, seen_together
from hybrid_agent.knowledge.contradicting.contradiction import difference
from hybrid_agent.knowledge.contradicting.statements import Statement, statement
from hybrid_agent.knowledge.passages import Passage, PassageKind
from hybrid_agent.knowledge.sentences import units
from hybrid_agent.knowledge.texts import passage_context

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

LONGEST = 400
"""Characters of a statement that is compared; a longer piece is a list or a log, not a statement."""


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """A statement that says something which can be contradicted, in its passage."""

    passage: Passage
    text: str
    read: Statement

    @property
    def whole(self) -> str:
        """What is encoded: the statement under its headings."""
        return f"{passage_context(self.passage)}: {self.text}"


def contradictions(
    passages: Sequence[Passage], pairs: Iterable[Pair], encoder: "Encoder"
) -> Iterator[Finding]:
    """An error for each pair of statements that cannot both hold; of the same two articles each value once.

    The rules go first, as if the meanings were the same; only what they leave is encoded.
    """
    said = [list(_statements(passage)) for passage in passages]
    possible = [
        (one, other)
        for pair in pairs
        if _compared(passages[pair.one], passages[pair.other])
        for one, other in product(said[pair.one], said[pair.other])
        if difference(one.read, other.read, 1.0)
    ]
    seen = set()
    for (one, other), cosine in zip(possible, _cosines(possible, encoder), strict=True):
        how = difference(one.read, other.read, cosine)
        key = (one.passage.article, other.passage.article, how)
        if how is not None and key not in seen:
            seen.add(key)
            yield _finding(one, other, how)


def _compared(one: Passage, other: Passage) -> bool:
    return one.article != other.article and seen_together(one, other)


def _statements(passage: Passage) -> Iterator[_Said]:
    under = passage_context(passage)
    for unit in units(passage.text):
        if len(unit.text) <= LONGEST and not unit.text.endswith("?"):
            read = statement(unit.text, under)
            yield _Said(passage, unit.text, read)


def _cosines(pairs: Sequence[tuple[_Said, _Said]], encoder: "Encoder") -> list[float]:
    if not pairs:
        return []
    rows = {
        text: row for row, text in enumerate(dict.fromkeys(each.whole for pair in pairs for each in pair))
    }
    vectors = encoder.encode(list(rows))
    return [float(vectors[rows[one.whole]] @ vectors[rows[other.whole]]) for one, other in pairs]


def _finding(one: _Said, other: _Said, how: str) -> Finding:
    if one.passage.kind is PassageKind.POLICY:
        one, other = other, one
    who = "the policy" if other.passage.kind is PassageKind.POLICY else place(other.passage)
    if other.passage.kind is PassageKind.POLICY:
        advice = f"Replies say the policy ({other.passage.source}); correct the article."
    else:
        advice = "Correct one of them, or declare a policy in the catalog."
    message = f"{quoted(one.text)}, but {who} says {quoted(other.text)} ({how}). {advice}"
    return Finding(kind=Kind.CONTRADICTION, level="error", where=place(one.passage), message=message)
