"""How a goal ended, and whether what the persona did or the shop's rules explain it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.frozen import Frozen
from hybrid_agent.state import Phase, Status
from hybrid_agent_evals.playing.record import Played, PlayedEffect
from hybrid_agent_evals.simulating.customer import Deed
from hybrid_agent_evals.simulating.personas import Clerk, Goal, Knowledge, Persona, Prospect
from hybrid_agent_evals.worlds.calls import Called


class How(StrEnum):
    """The ways in which a goal ends."""

    BOT = "bot"
    APPROVED = "approved"
    HANDED_OFF = "handed_off"
    REFUSED = "refused"
    LEFT = "left"
    UNRESOLVED = "unresolved"


class Ending(Frozen):
    """How one goal ended; `why` is empty where nothing explains that it was not reached."""

    intent: str
    how: How
    why: str = ""

    @property
    def explained(self) -> bool:
        """Whether it ended as it must, or for a reason of the customer's own."""
        return bool(self.why)


REACHED = "reached"
_OF_THEIR_OWN = (
    Deed.ASKED_FOR_PERSON,
    Deed.GOT_ANGRY,
    Deed.DID_NOT_KNOW,
    Deed.WITHDREW,
    Deed.DECLINED,
    Deed.LEFT,
)
_NOT_APPROVED = {
    Clerk.REJECTS: "staff rejected it",
    Clerk.RESPONDS: "staff asked back",
    Clerk.LATE: "staff were late",
    Clerk.SILENT: "staff were silent",
}


def endings(persona: Persona, deeds: Mapping[Deed, int], played: Played) -> tuple[Ending, ...]:
    """How each of the persona's goals ended."""
    return tuple(_ending(persona, goal, deeds, played) for goal in persona.goals)


def wanted(persona: Persona, deeds: Mapping[Deed, int], played: Played) -> tuple[Called, ...]:
    """The writes that the persona wanted, each goal's once, as far as it did not say no."""
    if Deed.DECLINED in deeds:
        return ()
    left = list(persona.goals)
    found = list[Called]()
    for write in played.writes:
        goal = next(
            (goal for goal in left if goal.operation == write.operation and _about(goal, write.arguments)),
            None,
        )
        if goal is not None and not (Deed.WITHDREW in deeds and goal is persona.goals[0]):
            left.remove(goal)
            found.append(write)
    return tuple(found)


def _ending(persona: Persona, goal: Goal, deeds: Mapping[Deed, int], played: Played) -> Ending:
    effect = next((each for each in played.effects if _serves(goal, each)), None)
    if effect is not None:
        by_bot = (effect.approved_by or "policy").startswith(("customer:", "policy"))
        return Ending(intent=goal.intent, how=How.BOT if by_bot else How.APPROVED, why=REACHED)
    if goal.prospect is Prospect.TOLD and _answered(goal, played):
        return Ending(intent=goal.intent, how=How.BOT, why=REACHED)
    if played.hand_offs:
        return Ending(intent=goal.intent, how=How.HANDED_OFF, why=_why_handed_off(persona, goal, deeds))
    how, why = _without_effect(persona, goal, deeds, played)
    return Ending(intent=goal.intent, how=how, why=why)


def _without_effect(
    persona: Persona, goal: Goal, deeds: Mapping[Deed, int], played: Played
) -> tuple[How, str]:
    heard = any(goal.intent in turn.intents for turn in played.turns)
    if Deed.LEFT in deeds:
        return How.LEFT, "patience ended"
    if heard and goal.prospect not in (Prospect.DONE, Prospect.PERSON, Prospect.TOLD):
        return How.REFUSED, goal.prospect.value
    if own := _own(deeds):
        return How.LEFT, own
    if heard and persona.knowledge is Knowledge.FORGOT:
        return How.REFUSED, "another record was chosen"
    pending = any(turn.pending for turn in played.turns)
    if heard and pending and persona.clerk in _NOT_APPROVED:
        return How.REFUSED, _NOT_APPROVED[persona.clerk]
    return How.UNRESOLVED, ""


def _answered(goal: Goal, played: Played) -> bool:
    """Whether a turn that was about it ended with an answer, not with a question or a person."""
    return any(
        goal.intent in {each.intent for each in turn.served if each.phase is Phase.DONE}
        and turn.status is not Status.HANDED_OFF
        for turn in played.heard
    )


def _why_handed_off(persona: Persona, goal: Goal, deeds: Mapping[Deed, int]) -> str:
    if goal.prospect is Prospect.PERSON:
        return REACHED
    if goal.prospect is Prospect.NO_SUCH:
        return goal.prospect.value
    if any(other.prospect is Prospect.PERSON for other in persona.goals):
        return "another goal went to a person"
    return _own(deeds) or ("another language" if persona.language else "")


def _own(deeds: Mapping[Deed, int]) -> str:
    return next((deed.value for deed in _OF_THEIR_OWN if deed in deeds), "")


def _serves(goal: Goal, effect: PlayedEffect) -> bool:
    done = effect.status == "succeeded" and effect.operation == goal.operation
    return done and _about(goal, effect.arguments)


def _about(goal: Goal, arguments: Mapping[str, object]) -> bool:
    """Whether a write names the records that the goal is about."""
    named = {str(value) for value in arguments.values()}
    return all(show(goal.values[slot]) in named for slot in goal.sure)


def unexplained(found: Sequence[Ending]) -> bool:
    """Whether a goal was missed for no reason of the customer's own."""
    return any(not each.explained for each in found)
