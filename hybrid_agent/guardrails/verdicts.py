"""The verdict on a sentence that a model wrote: said or not, by which rules, on what it rests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent.guardrails.checks import Violation
from hybrid_agent.guardrails.grounds import Ground
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.meaning import Meaning, features, packaged_weights, score
from hybrid_agent.guardrails.model_sentences import check_worded, supporting
from hybrid_agent.guardrails.reading import segments
from hybrid_agent.guardrails.support import UNSUPPORTED_WORDS, words_of
from hybrid_agent.state import Point, Sentence

OF_SUPPORT = (
    "unsupported",
    "misplaced",
    "spliced",
    "dropped",
    "changed",
    "nothing",
    "lost",
    "generalised",
    "opposed",
)
"""How rules begin that another source may satisfy."""
MEANING = "unsupported_meaning"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a sentence: `sentence` as it may be said, with the evidence that carries it.

    `violations` is empty if it is said. `score` is the probability that it is supported, None where a hard
    rule decided or meaning is not compared. `recited` says that it had cited other evidence.
    """

    sentence: Sentence
    violations: tuple[Violation, ...]
    score: float | None = None
    recited: bool = False

    @property
    def said(self) -> bool:
        """Whether it may go out."""
        return not self.violations


def judge(
    sentence: Sentence, grounds: Mapping[str, Ground], points: Sequence[Point], meaning: Meaning | None = None
) -> Verdict:
    """The verdict on a sentence for the turn's `points`, where `grounds` is all the evidence on offer.

    Where it is not carried by what it cites, but by exactly one other of the grounds, that is cited instead.
    Without `meaning` the words alone decide. Blocks while texts are encoded.
    """
    first = _judged(sentence, grounds, points, meaning)
    if first.said or not all(each.rule.startswith(OF_SUPPORT) for each in first.violations):
        return first
    others = (each for each in grounds if each not in sentence.evidence)
    tried = (
        _judged(sentence.model_copy(update={"evidence": (each,)}), grounds, points, meaning)
        for each in others
    )
    carrying = [each for each in tried if each.said]
    if len(carrying) != 1:
        return first
    return Verdict(carrying[0].sentence, (), carrying[0].score, recited=True)


def is_qualified(text: str) -> bool:
    """Whether a sentence says how far something holds: a condition, an exception, a limit."""
    binding = lexicon().binding
    return any(each.limits or each.conditions & binding for each in segments(text))


def decides_meaning(
    sentence: Sentence, broken: Sequence[Violation], grounds: Mapping[str, Ground], points: Sequence[Point]
) -> bool:
    """Whether no hard rule is broken: at most, words of its own stand outside of its conditions."""
    if any(each.rule != UNSUPPORTED_WORDS for each in broken):
        return False
    return (
        not broken
        or not words_of(sentence.text, supporting(sentence.evidence, grounds, points)[0]).conditional
    )


def meaning_features(
    sentence: Sentence, grounds: Mapping[str, Ground], points: Sequence[Point], meaning: Meaning
) -> tuple[float, ...]:
    """What the score of a sentence is made of, in the order of `Weights`."""
    support, _ = supporting(sentence.evidence, grounds, points)
    under = [each for name in sentence.evidence if name in grounds for each in grounds[name].statements]
    told = [point.text for point in points if point.text]
    return features(sentence.text, [*under, *told], words_of(sentence.text, support), meaning)


def _judged(
    sentence: Sentence, grounds: Mapping[str, Ground], points: Sequence[Point], meaning: Meaning | None
) -> Verdict:
    broken = check_worded(sentence, grounds, points=points)
    if (
        meaning is None
        or not segments(sentence.text)
        or not decides_meaning(sentence, broken, grounds, points)
    ):
        return Verdict(sentence, tuple(broken))
    weights = packaged_weights()
    found = score(meaning_features(sentence, grounds, points, meaning), weights)
    if found >= (weights.threshold if broken else weights.floor):
        return Verdict(sentence, (), found)
    return Verdict(sentence, tuple(broken) or (Violation(MEANING, ""),), found)
