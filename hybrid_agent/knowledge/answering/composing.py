"""Composes an answer of sentences, verbatim, and holds them against what else is said about the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from hybrid_agent.knowledge.answering.choosing import Candidate, Chosen, chosen
from hybrid_agent.knowledge.contradicting.contradiction import contradiction
from hybrid_agent.knowledge.passages import AnswerSentence, Conflict
from hybrid_agent.knowledge.texts import passage_context


@dataclass(frozen=True, slots=True)
class Composed:
    """Sentences in the order of reading, or the conflict because of which nothing is said."""

    sentences: tuple[AnswerSentence, ...] = ()
    conflict: Conflict | None = None
    overruled: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """One chosen sentence after it was held against the others: what is said instead, what was overruled."""

    chosen: Chosen
    overruled: list[Conflict] = field(default_factory=list)
    conflict: Conflict | None = None


def compose(looked_at: Sequence[Candidate], beside: Sequence[Candidate]) -> Composed:
    """What is said of the candidates looked at; `beside` are further ones that must not contradict it.

    A policy is said instead of what an article says against it. Two articles that contradict each other are a
    conflict, unless a policy contradicts one of them, or the sentence can be done without.
    """
    others = [*looked_at, *beside]
    held = [_held(each, others) for each in chosen(looked_at)]
    overruled = {(each.one.quote, each.other.quote): each for one in held for each in one.overruled}
    conflict = next((each.conflict for each in held if each.conflict and each.chosen.bound), None)
    if conflict is not None:
        return Composed(conflict=conflict, overruled=tuple(overruled.values()))
    said: dict[tuple[int, int], AnswerSentence] = {}
    for each in held:
        if each.conflict is None:
            sentence = each.chosen.sentence
            said.setdefault((sentence.row, sentence.order), sentence.said(each.chosen.role))
    return Composed(tuple(said.values()), overruled=tuple(overruled.values()))


def _held(one: Chosen, others: Sequence[Candidate]) -> _Held:
    sentence = one.sentence
    against = list(_against(sentence, others))
    if sentence.is_policy:
        return _Held(one, [_conflict(sentence, each, about) for each, about in against if not each.is_policy])
    ruling = next(((each, about) for each, about in against if each.is_policy), None)
    if ruling is not None:
        return _Held(replace(one, sentence=ruling[0]), [_conflict(ruling[0], sentence, ruling[1])])
    policies = [each for each in others if each.is_policy]
    overruled = []
    for each, about in against:
        decided = next(_against(each, policies), None)
        if decided is None:
            return _Held(one, conflict=_conflict(sentence, each, about))
        overruled.append(_conflict(decided[0], each, decided[1]))
    return _Held(one, overruled)


def _against(sentence: Candidate, others: Sequence[Candidate]) -> Iterator[tuple[Candidate, str]]:
    """The sentences of other articles that cannot hold beside it, and how they differ."""
    for other in others:
        if other.passage.article == sentence.passage.article:
            continue
        about = contradiction(
            sentence.unit.text,
            other.unit.text,
            float(sentence.vector @ other.vector),
            under=(passage_context(sentence.passage), passage_context(other.passage)),
        )
        if about is not None:
            yield other, about


def _conflict(one: Candidate, other: Candidate, about: str) -> Conflict:
    return Conflict(one=one.said(), other=other.said(), about=about)
