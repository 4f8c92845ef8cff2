"""Which cases may notice a mutant, the likeliest first: known from how they went unmutated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent_evals.mutating.mutants import NO_INTENT, Mutant
from hybrid_agent_evals.suite.results import Result


@dataclass(frozen=True, slots=True)
class Touched:
    """The intents that a conversation had anything to do with, `NO_INTENT` where a request was for none, and
    all that was said and known in it."""

    intents: frozenset[str]
    said: str


def touched(result: Result) -> Touched:
    """What a conversation touched as it went."""
    turns = result.played.turns
    served = {each.intent or NO_INTENT for turn in turns for each in turn.served}
    named = (name for turn in turns for name in turn.intents)
    return Touched(frozenset({result.about, *served, *named}), result.played.model_dump_json())


def relevant(mutant: Mutant, results: Sequence[Result], touching: Mapping[str, Touched]) -> tuple[str, ...]:
    """The ids of the cases to play: those about the mutated part first, then by the words that they share.

    What cannot reach a case is left out: nothing of an intent is read where no request was for it, and
    another text is not said where the one before was not.
    """
    able = [each for each in results if mutant.intents is None or mutant.intents & touching[each.id].intents]
    able = [each for each in able if mutant.text in touching[each.id].said]
    able.sort(key=lambda each: (-_nearness(mutant, each), len(each.played.turns), each.id))
    return tuple(each.id for each in able)


def _nearness(mutant: Mutant, result: Result) -> int:
    about = mutant.intents is not None and result.about in mutant.intents
    words = {result.about, *result.tags, *result.id.split("_")}
    told = result.played.replies.lower()
    shared = sum(word in words or word.replace("_", " ") in told for word in mutant.words)
    return (len(mutant.words) + 1 if about else 0) + shared
