"""What a simulation says, as text for people; its JSON is the simulation itself with the same figures."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from hybrid_agent_evals.simulating.conversing import Simulated
from hybrid_agent_evals.simulating.endings import How
from hybrid_agent_evals.simulating.figures import Group, by_intent, by_trait, group
from hybrid_agent_evals.simulating.running import Simulation

WIDTH = 26
SHOWN = 10
"""Conversations whose transcripts are printed; all are in the JSON."""
LISTED = 20
"""Missed conversations whose numbers are printed."""

WITHOUT: dict[str, Any] = {
    "case": True,
    "mistakes": {"__all__": {"words"}},
    "persona": {"customer": True, "goals": {"__all__": {"values", "words", "first", "openings"}}},
}
"""What the shop's records tell of persons: it can be drawn again from the seed."""


def as_text(simulation: Simulation, command: str) -> str:
    """Tables by intent and by trait, then the conversations in which the bot did what it may not."""
    return "\n".join(_lines(simulation, command))


def as_json(simulation: Simulation) -> str:
    """The figures and every conversation; the same seed, words and deployment give the same bytes."""
    held = simulation.conversations
    figures = {
        "all": _plain(group("all", held)),
        "intents": [_plain(each) for each in by_intent(held)],
        "traits": {trait: [_plain(each) for each in groups] for trait, groups in by_trait(held)},
    }
    kept = {"conversations": {"__all__": WITHOUT}}
    told = simulation.model_dump(mode="json", exclude=kept)
    return json.dumps({"figures": figures, **told}, indent=1, ensure_ascii=False) + "\n"


def transcript(each: Simulated, command: str) -> Iterator[str]:
    """One conversation with what is wrong in it and the command that holds it again."""
    goals = ", ".join(f"{goal.intent} ({goal.prospect.value})" for goal in each.persona.goals)
    traits = ", ".join(f"{name} {value}" for name, value in each.persona.traits.items())
    yield f"Conversation {each.persona.number}: {goals}; {traits}"
    for violation in each.violations:
        yield from (f"  ! {violation.check}: {problem}" for problem in violation.problems)
    yield from (f"  the player, not the bot: {slip.fault.value}: {slip.words}" for slip in each.mistakes)
    for ending in each.endings:
        yield f"  {ending.intent} ended: {ending.how.value} ({ending.why or 'nothing explains it'})"
    yield from (f"    {line}" for said in each.transcript for line in said.splitlines())
    yield f"  again: {command} --only {each.persona.number}"


def _lines(simulation: Simulation, command: str) -> Iterator[str]:
    held = simulation.conversations
    if len(held) > 1:
        yield from _table("intent", by_intent(held))
        for trait, groups in by_trait(held):
            yield ""
            yield from _table(trait, groups)
        yield ""
        yield from _table("", [group("all", held)])
    if any(each.mistakes for each in held):
        yield from _slips(held)
    told = [each for each in held if each.broken or len(held) == 1]
    for each in told[:SHOWN]:
        yield ""
        yield from transcript(each, command)
    if len(told) > SHOWN:
        yield f"... and {len(told) - SHOWN} more: see --json"
    missed = [str(each.persona.number) for each in held if each.missed]
    if missed and len(held) > 1:
        yield ""
        ended = "conversation ended" if len(missed) == 1 else "conversations ended"
        yield f"{len(missed)} {ended} not as it must, for no reason of the customer's own: {_listed(missed)}"
        yield f"To read one: {command} --only {missed[0]}"


def _listed(numbers: Sequence[str]) -> str:
    more = len(numbers) - LISTED
    return ", ".join(numbers[:LISTED]) + (f" and {more} more: see --json" if more > 0 else "")


def _slips(held: Sequence[Simulated]) -> Iterator[str]:
    """The mistakes of the model that plays; conversations with one are not counted against the bot."""
    apart = sum(bool(each.mistakes) for each in held)
    counted = Counter(slip.fault.value for each in held for slip in each.mistakes)
    yield ""
    yield f"Set aside for mistakes of the player: {apart} of {len(held)} conversations"
    yield from (f"  {fault.replace('_', ' ')}: {times}" for fault, times in sorted(counted.items()))


def _table(title: str, groups: Sequence[Group]) -> Iterator[str]:
    heads = [how.value.replace("_", " ") for how in How]
    yield (
        f"{title:<{WIDTH}}{'conv.':>6}"
        + "".join(f"{head:>12}" for head in heads)
        + (f"{'as it must, 95 %':>24}{'questions':>11}{'messages':>10}{'violations':>12}")
    )
    for each in groups:
        yield _row(each)


def _row(each: Group) -> str:
    low, high = each.interval
    share = each.expected / max(1, each.goals)
    counts = "".join(f"{each.ended[how]:>12}" for how in How)
    held = max(1, each.conversations)
    return (
        f"{each.name[: WIDTH - 1]:<{WIDTH}}{each.conversations:>6}{counts}"
        f"{f'{share:.1%} ({low:.1%}-{high:.1%})':>24}"
        f"{each.questions / held:>11.2f}{each.messages / held:>10.2f}{each.broken:>12}"
    )


def _plain(each: Group) -> dict[str, Any]:
    return {
        "name": each.name,
        "conversations": each.conversations,
        "goals": each.goals,
        "ended": {how.value: each.ended[how] for how in How},
        "as_it_must": each.expected,
        "interval": list(each.interval),
        "questions": each.questions,
        "messages": each.messages,
        "broken": each.broken,
    }
