"""What a model is told of the persona that it plays: who it is, what it wants, and all that it knows."""

from collections.abc import Iterator

from hybrid_agent.catalog import Catalog
from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.simulating.personas import Knowledge, Length, Persona, Temper

_TEMPERS = {
    Temper.POLITE: "You are polite.",
    Temper.PLAIN: "You are matter-of-fact.",
    Temper.ANGRY: "You are annoyed.",
}
_LENGTHS = {
    Length.TERSE: "You write a few words at a time.",
    Length.PLAIN: "You write one sentence at a time.",
    Length.CHATTY: "You write two or three sentences at a time.",
}


class Sheet(Frozen):
    """The persona in words for a model; `facts` are all values that it may give."""

    scenario: str
    character: str
    facts: tuple[str, ...]


def sheet_of(persona: Persona, catalog: Catalog) -> Sheet:
    """The sheet of a persona."""
    facts = tuple(said for goal in persona.goals for said in goal.words.values())
    return Sheet(
        scenario=" ".join(_scenario(persona, catalog)), character=" ".join(_character(persona)), facts=facts
    )


def _scenario(persona: Persona, catalog: Catalog) -> Iterator[str]:
    for goal in persona.goals:
        intent = catalog.intents[goal.intent]
        yield f"You write to a shop's customer service. What you want is about: {intent.title}."
        yield f"In your own words, for example: {goal.openings[0]}"
        for slot in intent.slots:
            title = catalog.slots[slot].title
            said = goal.words.get(slot)
            yield f"The {title}: {said}." if said else f"You do not know the {title}; choose what is offered."
    yield "You know nothing else, and you make nothing up: no numbers, names, dates or addresses."


def _character(persona: Persona) -> Iterator[str]:
    yield "You are a customer, never the assistant."
    yield _TEMPERS[persona.temper]
    yield _LENGTHS[persona.length]
    if persona.knowledge is Knowledge.FORGOT:
        yield "You have forgotten your numbers."
    yield "You answer the question that you are asked, and say yes or no where it is asked for."
