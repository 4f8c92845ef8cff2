"""What speaks for the passages answering a query: a few figures, the same for every help centre."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from hybrid_agent.knowledge.fusing import Found
from hybrid_agent.knowledge.indexing.lexical import Words, words_of
from hybrid_agent.knowledge.passages import PassageKind

RIVALS = 9
"""Articles that the best one is held against."""

_TEMPERATURE = 0.05


@dataclass(frozen=True, slots=True)
class Signals:
    """Each 0..1, and higher where it speaks for an answer.

    `cosine`: the highest of a passage. `share`: of the best article, in a softmax over its score and its
    rivals'. `lead`: of the best score over the mean of the rivals'. `title`: the share of the words of the
    best article's title, weighted by how rare they are, that the query has.
    """

    cosine: float
    share: float
    lead: float
    title: float


def signals(query: str, found: Sequence[Found], words: Words) -> Signals:
    """Reads them off what was found, best first; there must be something."""
    best = found[0]
    others = [each.score for each in _rivals(found)][:RIVALS]
    return Signals(
        cosine=max(each.cosine for each in found),
        share=1.0 / (1.0 + sum(exp((other - best.score) / _TEMPERATURE) for other in others)),
        lead=best.score - sum(others) / len(others) if others else best.score,
        title=_title(query, best, words),
    )


def _rivals(found: Sequence[Found]) -> Iterator[Found]:
    """The best passage of each other article. A policy is no rival, nor is the article nearest to one."""
    seen = {found[0].passage.article}
    beside = found[0].passage.kind is PassageKind.POLICY
    for each in found:
        if each.passage.article in seen or each.passage.kind is PassageKind.POLICY:
            continue
        seen.add(each.passage.article)
        if not beside:
            yield each
        beside = False


def _title(query: str, found: Found, words: Words) -> float:
    title, asked = words_of(found.passage.title), words_of(query)
    whole = sum(map(words.idf, title))
    return sum(map(words.idf, title & asked)) / whole if whole else 0.0
