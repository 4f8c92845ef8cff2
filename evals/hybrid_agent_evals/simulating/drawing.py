"""Drawing a persona from a seed: the same seed and number give the same persona, whoever draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from pydantic import JsonValue

from hybrid_agent.slots import SlotKind
from hybrid_agent_evals.simulating.openings import openings
from hybrid_agent_evals.simulating.personas import (
    Clerk,
    Goal,
    Knowledge,
    Leaving,
    Length,
    Mind,
    Persona,
    Prospect,
    Temper,
)
from hybrid_agent_evals.simulating.survey import Survey
from hybrid_agent_evals.simulating.values import Speaker, Told, made_up, other_number, recorded
from hybrid_agent_evals.simulating.words import Habits, Words
from hybrid_agent_evals.worlds.owners import CUSTOMERS
from hybrid_agent_evals.worlds.rows import Snapshot

T = TypeVar("T")

TRIES = 12
"""How many customers are looked at for one who has what a goal needs."""

KNOWS = {
    Knowledge.SURE: 12,
    Knowledge.FORGOT: 3,
    Knowledge.WRONG_FIRST: 2,
    Knowledge.ANOTHERS: 2,
    Knowledge.NO_SUCH: 1,
    Knowledge.NOT_SIGNED_IN: 1,
}
MINDS = {Mind.FIRM: 14, Mind.BEFORE_YES: 2, Mind.AFTER_YES: 1, Mind.WHILE_PENDING: 2}
LENGTHS = {Length.TERSE: 2, Length.PLAIN: 5, Length.CHATTY: 2}
TEMPERS = {Temper.POLITE: 4, Temper.PLAIN: 5, Temper.ANGRY: 1}
LEAVINGS = dict.fromkeys(Leaving, 1)
CLERKS = {
    Clerk.APPROVES: 8,
    Clerk.REJECTS: 2,
    Clerk.RESPONDS: 1,
    Clerk.EDITS: 1,
    Clerk.LACKS_ROLE: 1,
    Clerk.LATE: 1,
    Clerk.SILENT: 1,
}


@dataclass(frozen=True, slots=True)
class Drawer:
    """What personas are drawn from: the shop and its rows, and how people speak."""

    survey: Survey
    rows: Snapshot
    habits: Habits
    words: Words


async def draw(drawer: Drawer, seed: int, number: int) -> Persona:
    """The persona of this number."""
    random = Random(f"{seed} {number}")  # noqa: S311 - reproducible, not secret
    catalog = drawer.survey.deployment.catalog
    intent = _drawn({name: _weight(drawer, name) for name in sorted(catalog.intents)}, random)
    knowledge = _knowledge(drawer, intent, random)
    customer, goal = await _situated(drawer, intent, knowledge, random)
    goals = [goal]
    if random.random() < 0.15 and knowledge is Knowledge.SURE:
        other = random.choice(sorted(set(catalog.intents) - {intent}))
        goals.append(await _goal(drawer, other, customer, knowledge, random))
    return Persona(
        number=number,
        customer=customer,
        goals=tuple(goals),
        together=len(goals) > 1 and random.random() < 0.6,
        knowledge=knowledge,
        mind=_drawn(MINDS, random) if goal.operation else Mind.FIRM,
        length=_drawn(LENGTHS, random),
        temper=_drawn(TEMPERS, random),
        patience=random.choice((3, 5, 8, 12, 12)),
        leaving=_drawn(LEAVINGS, random),
        typos=random.choice((0.0, 0.0, 0.0, 0.02, 0.05)),
        capitals=random.random() < 0.75,
        language=_language(drawer, random),
        extra=random.random() < 0.2,
        clerk=_drawn(CLERKS, random),
        asks_meanwhile=random.random() < 0.25,
    )


def _weight(drawer: Drawer, name: str) -> int:
    """Actions are what can go wrong, records come next."""
    intent = drawer.survey.deployment.catalog.intents[name]
    return 4 if intent.action else 3 if intent.reads else 1


def _knowledge(drawer: Drawer, name: str, random: Random) -> Knowledge:
    intent = drawer.survey.deployment.catalog.intents[name]
    if any(_is_id(drawer, slot) for slot in intent.slots):
        return _drawn(KNOWS, random)
    return Knowledge.NOT_SIGNED_IN if random.random() < 0.15 else Knowledge.SURE


def _language(drawer: Drawer, random: Random) -> str:
    others = sorted(set(drawer.habits.foreign) - {drawer.survey.deployment.catalog.language})
    return random.choice(others) if random.random() < 0.06 else ""


async def _situated(
    drawer: Drawer, intent: str, knowledge: Knowledge, random: Random
) -> tuple[str | None, Goal]:
    """A customer who has what the goal needs, mostly one for whom it can be done."""
    content = random.random() < 0.25
    found: tuple[str | None, Goal] | None = None
    for _ in range(TRIES):
        customer = None if knowledge is Knowledge.NOT_SIGNED_IN else random.choice(drawer.survey.customers)
        if customer and not await _has(drawer, intent, customer):
            continue
        found = customer, await _goal(drawer, intent, customer, knowledge, random)
        if content or found[1].operation is None or found[1].prospect is Prospect.DONE or not customer:
            return found
    if found is None:
        customer = random.choice(drawer.survey.customers)
        found = customer, await _goal(drawer, intent, customer, knowledge, random)
    return found


async def _has(drawer: Drawer, intent: str, customer: str) -> bool:
    survey = drawer.survey
    slots = survey.deployment.catalog.intents[intent].slots
    return all([await survey.had(customer, slot, intent) for slot in slots if survey.is_record(slot)])


async def _goal(
    drawer: Drawer, intent: str, customer: str | None, knowledge: Knowledge, random: Random
) -> Goal:
    survey, speaker = drawer.survey, _speaker(drawer, customer, random)
    served = survey.deployment.catalog.intents[intent]
    told = {slot: await _told(drawer, slot, intent, customer, knowledge, speaker) for slot in served.slots}
    known = {slot: each for slot, each in told.items() if each is not None}
    values = {slot: each.value for slot, each in known.items() if each.value is not None}
    words = {slot: each.words for slot, each in known.items() if each.words}
    first = (
        await _wrong(drawer, intent, values, customer, speaker) if knowledge is Knowledge.WRONG_FIRST else {}
    )
    ids = frozenset(slot for slot in served.slots if _is_id(drawer, slot))
    forgot = knowledge is Knowledge.FORGOT
    shy = ids if forgot or random.random() < 0.15 else frozenset[str]()
    return Goal(
        intent=intent,
        prospect=await survey.prospect(intent, values, customer),
        operation=served.action and served.action.operation,
        values=values,
        words={slot: said for slot, said in words.items() if not (forgot and slot in ids)},
        first=first,
        sure=() if forgot else tuple(slot for slot in served.slots if slot in ids and slot in values),
        openings=openings(speaker, intent, {**words, **first}, shy),
    )


def _speaker(drawer: Drawer, customer: str | None, random: Random) -> Speaker:
    here = drawer.survey.deployment
    row = drawer.rows.get((CUSTOMERS, customer or ""), {})
    country = str(row.get("country", here.catalog.country))
    return Speaker(here.catalog, drawer.habits, drawer.words, here.now(), country, random)


async def _told(
    drawer: Drawer, slot: str, intent: str, customer: str | None, knowledge: Knowledge, speaker: Speaker
) -> Told | None:
    """What a customer says for a slot; None for what they only choose from what the bot offers."""
    survey, random = drawer.survey, speaker.random
    if not survey.is_record(slot):
        return None if survey.deployment.catalog.slots[slot].known_from else made_up(speaker, slot)
    whose = customer or random.choice(survey.customers)
    if knowledge is Knowledge.ANOTHERS and _is_id(drawer, slot):
        whose = random.choice([each for each in survey.customers if each != customer])
    had = await survey.had(whose, slot, intent)
    if not had:
        return None
    value = random.choice(had)
    if knowledge is Knowledge.NO_SUCH and _is_id(drawer, slot):
        value = other_number(str(value), random)
    if survey.deployment.catalog.slots[slot].kind is SlotKind.CHOICE:
        return Told(value, "")
    return recorded(speaker, slot, value)


async def _wrong(
    drawer: Drawer, intent: str, values: Mapping[str, JsonValue], customer: str | None, speaker: Speaker
) -> dict[str, str]:
    """Wrong numbers that come first: another one of the customer's own, or one that nobody has."""
    wrong = dict[str, str]()
    for slot, value in values.items():
        if not _is_id(drawer, slot):
            continue
        own = [each for each in await drawer.survey.had(customer or "", slot, intent) if each != value]
        chosen = speaker.random.choice(own) if own and speaker.random.random() < 0.5 else None
        wrong[slot] = str(chosen or other_number(str(value), speaker.random))
    return wrong


def _is_id(drawer: Drawer, slot: str) -> bool:
    return drawer.survey.deployment.catalog.slots[slot].kind is SlotKind.ID and drawer.survey.is_record(slot)


def _drawn(weights: Mapping[T, int], random: Random) -> T:
    return random.choices(list(weights), list(weights.values()))[0]
