"""What is said to a query whose passages were found: sentences, topics to choose from, or neither."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.answering.answerability import Answerability
from hybrid_agent.knowledge.answering.choosing import candidates
from hybrid_agent.knowledge.answering.composing import compose
from hybrid_agent.knowledge.answering.signals import Signals
from hybrid_agent.knowledge.answering.vectors import Vectors
from hybrid_agent.knowledge.fusing import Found
from hybrid_agent.knowledge.indexing.lexical import Words
from hybrid_agent.knowledge.passages import Answer, PassageKind, Topic

MOST_TOPICS = 3

NEARBY = 6
"""So many passages, beyond those looked at, are held against what is said."""

_NEAR_BEST = 0.7
"""The share of the best score from which a passage is near it: its article may be meant, or contradict."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its vector and what speaks for an answer."""

    query: str
    vector: NDArray[np.float32]
    signals: Signals


def answer(
    asked: Asked,
    looked_at: Sequence[Found],
    further: Sequence[Found],
    how: Answerability,
    words: Words,
    vectors: Vectors,
) -> Answer:
    """Quotes from the passages looked at what answers; `further` are the next ones, in order."""
    score = how.probability(asked.signals)
    hits = tuple(each.hit() for each in looked_at)
    why = ", ".join(f"{name} {value:.2f}" for name, value in asdict(asked.signals).items())
    if score < how.answer_from:
        topics = _topics([*looked_at, *further]) if score >= how.near_from else ()
        return Answer(answerable=False, score=score, sentences=(), hits=hits, why=why, topics=topics)
    least = _NEAR_BEST * max(one.score for one in looked_at)
    near = [each for each in further if each.score >= least][:NEARBY]
    near += [each for each in further if each.passage.kind is PassageKind.POLICY and each not in near]
    found = candidates(asked.query, asked.vector, [*looked_at, *near], words, vectors)
    rows = {each.row for each in looked_at}
    composed = compose(
        [each for each in found if each.row in rows], [each for each in found if each.row not in rows]
    )
    return Answer(
        answerable=composed.conflict is None,
        score=score,
        sentences=composed.sentences,
        hits=hits,
        why=why,
        conflict=composed.conflict,
        overruled=composed.overruled,
    )


def _topics(found: Sequence[Found]) -> tuple[Topic, ...]:
    """Articles; a policy has the title of the one that tells more."""
    least = _NEAR_BEST * max(each.score for each in found)
    near = (e.passage for e in found if e.score >= least and e.passage.kind is PassageKind.ARTICLE)
    titles = {passage.article: passage.title for passage in near}
    return tuple(Topic(article=article, title=title) for article, title in list(titles.items())[:MOST_TOPICS])
