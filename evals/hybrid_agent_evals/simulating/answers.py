"""What a persona answers to an open question, as an app shows it: its kind, its slot and what it offers."""

from collections.abc import Collection, Sequence

from hybrid_agent.catalog import Catalog
from hybrid_agent_evals.playing.record import Asked
from hybrid_agent_evals.simulating.personas import Goal
from hybrid_agent_evals.simulating.talking import Voice

_PLACES = ("the first one", "the second one", "the third one", "the fourth one", "the fifth one")


def meant(goals: Sequence[Goal], asked: Asked, catalog: Catalog) -> Goal | None:
    """The goal that a question about a slot belongs to; None where it belongs to none of them."""
    fitting = [goal for goal in goals if asked.slot in catalog.intents[goal.intent].slots]
    return fitting[0] if fitting else None


def value_for(goal: Goal, asked: Asked, voice: Voice, given: set[str]) -> str | None:
    """The words for a slot: the wrong ones once, then the right ones, else one of what is offered."""
    slot = str(asked.slot)
    if slot in goal.first and slot not in given:
        given.add(slot)
        return goal.first[slot]
    if said := goal.words.get(slot):
        return said
    return _one_of(asked.options, voice) if asked.options else None


def _one_of(options: Sequence[str], voice: Voice) -> str:
    """An option by its place, its number or its words."""
    place = voice.random.randrange(len(options))
    return voice.random.choice((_PLACES[place % len(_PLACES)], str(place + 1), options[place]))


def title_in(goals: Sequence[Goal], asked: Asked, catalog: Catalog) -> tuple[Goal, str] | None:
    """The goal whose title is on offer."""
    offered = {catalog.intents[goal.intent].title: goal for goal in goals}
    return next(((offered[title], title) for title in asked.options if title in offered), None)


def proposed(goals: Sequence[Goal], reply: str, catalog: Catalog) -> Goal | None:
    """The goal that a proposal is for: what its summary begins with is in the reply."""
    for goal in goals:
        rule = catalog.intents[goal.intent].action
        if rule is not None and rule.summary.partition("{")[0].strip().casefold() in reply.casefold():
            return goal
    return None


def nearest(goals: Sequence[Goal], asked: Asked) -> str:
    """The title on offer that has the most words in common with what was said; the first one of several."""
    said = {stem for goal in goals for text in goal.openings for stem in _stems(text)}
    return max(asked.options, key=lambda title: len(said & _stems(title)))


def _stems(text: str) -> set[str]:
    """The beginnings of the longer words."""
    return {word[:4] for word in text.lower().split() if len(word) > 4}


def corrected(goal: Goal, text: str, given: Collection[str]) -> str:
    """The text with the right words for what was said wrongly before."""
    for slot in given:
        if slot in goal.first and slot in goal.words:
            text = text.replace(goal.first[slot], goal.words[slot])
    return text
