"""One simulated conversation: the persona is drawn, talks to the bot, and what came of it is judged."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random

from hybrid_agent import Deployment
from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen
from hybrid_agent.state import Status
from hybrid_agent_evals.cases.models import Case, Expected, Placed, Write
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.checks.all import check_all
from hybrid_agent_evals.checks.outcome import Outcome, Seen, Verdict
from hybrid_agent_evals.playing.play import play_with
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.simulating.acting.mistakes import Mistake
from hybrid_agent_evals.simulating.customer import Customer, Deed
from hybrid_agent_evals.simulating.drawing import Drawer, draw
from hybrid_agent_evals.simulating.endings import Ending, endings, unexplained, wanted
from hybrid_agent_evals.simulating.personas import Persona
from hybrid_agent_evals.simulating.survey import Survey
from hybrid_agent_evals.simulating.talking import Voice
from hybrid_agent_evals.simulating.words import Words, habits, words_for
from hybrid_agent_evals.suite.masking import mask_for
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_evals.worlds.owners import CUSTOMERS
from hybrid_agent_evals.worlds.world import Worlds
from hybrid_agent_tools import Risk


@dataclass(frozen=True, slots=True)
class Errand:
    """Which persona is to talk, in which world: `words` and `at` as for `words_for`, `shop` as in a case.

    `player` is the model that plays it, if one does. `masked`: what is written down has no personal data, but
    for the case that plays it again.
    """

    seed: int
    number: int
    words: Path | None = None
    at: datetime | None = None
    shop: Path | None = None
    masked: bool = True
    player: ModelSettings | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """What a persona said and did, which writes it wanted, and what whoever played it did wrong."""

    persona: Persona
    deeds: Mapping[Deed, int]
    turns: Sequence[Turn]
    wanted: Sequence[Called]
    mistakes: tuple[Mistake, ...] = ()


class Simulated(Frozen):
    """A conversation that was simulated. `case` plays it again; `digest` is of all that was seen of it.

    `unscored` are checks that could not be made, `mistakes` those of a model that played the persona: what
    follows from them is not the bot's doing.
    """

    persona: Persona
    case: Case
    at: datetime
    endings: tuple[Ending, ...]
    deeds: Mapping[str, int]
    violations: tuple[Outcome, ...]
    unscored: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    messages: int
    questions: int
    transcript: tuple[str, ...]
    digest: str

    @property
    def broken(self) -> bool:
        """Whether the bot did what it never may, in a conversation that counts."""
        return bool(self.violations) and not self.mistakes

    @property
    def missed(self) -> bool:
        """Whether a goal was missed for no reason of the customer's own."""
        return unexplained(self.endings) and not self.mistakes


async def simulate(stand: Stand, errand: Errand) -> Simulated:
    """Draw the persona, let it talk, judge what came of it. Raises ConfigurationError for an empty shop."""
    words = words_for(stand.deployment.name, errand.words, errand.at)
    persona, placed = await cast(stand, errand, words)
    usual = habits()
    voice = Voice(persona, usual, Random(f"{errand.seed} {errand.number} talking"))  # noqa: S311
    customer = Customer(persona, stand.deployment.catalog, voice, words.at)
    played = await play_with(stand.deployment, placed, stand.worlds, customer.next_turn)
    writes = wanted(persona, customer.deeds, played)
    held = judged(placed, Talk(persona, customer.deeds, customer.turns, writes), played)
    return await shown(held, played, stand.deployment, errand)


async def cast(stand: Stand, errand: Errand, words: Words) -> tuple[Persona, Placed]:
    """The persona of an errand, and the world that it talks in."""
    empty = _placed(errand, words.at, NOBODY, (Turn(customer="-"),))
    async with drawn_from(stand.deployment, stand.worlds, empty) as (survey, rows):
        persona = await draw(Drawer(survey, rows, habits(), words), errand.seed, errand.number)
    case = empty.case.model_copy(update={"customer": persona.customer or NOBODY})
    return persona, replace(empty, case=case)


async def shown(held: Simulated, played: Played, deployment: Deployment, errand: Errand) -> Simulated:
    """The conversation as reports may show it."""
    return await asyncio.to_thread(_masked, held, played, deployment) if errand.masked else held


@asynccontextmanager
async def drawn_from(
    deployment: Deployment, worlds: Worlds, placed: Placed
) -> AsyncIterator[tuple[Survey, Mapping[tuple[str, str], Mapping[str, object]]]]:
    """The shop as it is before anybody talks, and its rows."""
    async with worlds.fresh(placed) as world:
        here = replace(deployment, toolbox=world.toolbox, clock=world.clock)
        customers = tuple(sorted(key for table, key in world.before if table == CUSTOMERS))
        if not customers:
            raise ConfigurationError(
                "the shop has no customers",
                where=placed.shop or "the shop",
                advice="Give a shop that has some.",
            )
        yield Survey(here, customers), world.before


def _placed(errand: Errand, at: datetime, customer: str, turns: Sequence[Turn]) -> Placed:
    case = Case(
        id=f"simulated_{errand.seed}_{errand.number}",
        says="A simulated customer is served, and nothing is done that they did not want.",
        about="simulated",
        customer=customer,
        turns=tuple(turns),
        expect=Expected(status=tuple(Status)),
    )
    return Placed(case, at, errand.shop)


def judged(placed: Placed, talk: Talk, played: Played) -> Simulated:
    """What came of a conversation."""
    case = _case(placed.case, talk)
    outcomes = check_all(Seen(replace(placed, case=case), played))
    unscored = [each for each in outcomes if each.verdict is Verdict.NOT_SCORED]
    return Simulated(
        persona=talk.persona,
        case=case,
        at=placed.at,
        endings=endings(talk.persona, talk.deeds, played),
        deeds={deed.value: times for deed, times in talk.deeds.items()},
        violations=tuple(each for each in outcomes if each.verdict is Verdict.FAILED),
        unscored=tuple(f"{each.check}: {problem}" for each in unscored for problem in each.problems),
        mistakes=talk.mistakes,
        messages=sum(turn.by == "customer" for turn in played.turns),
        questions=sum(turn.asked is not None for turn in played.heard),
        transcript=tuple(_lines(played)),
        digest=_digest(played),
    )


def _masked(held: Simulated, played: Played, deployment: Deployment) -> Simulated:
    mask = mask_for(played, deployment)
    violations = tuple(
        each.model_copy(update={"problems": tuple(map(mask, each.problems))}) for each in held.violations
    )
    hidden = {
        "transcript": tuple(map(mask, held.transcript)),
        "unscored": tuple(map(mask, held.unscored)),
        "violations": violations,
    }
    return held.model_copy(update=hidden)


def _case(case: Case, talk: Talk) -> Case:
    """The conversation as a case: what was said, and that no other writes may be done than were wanted."""
    approved = any(turn.grants for turn in talk.turns)
    expected = tuple(Write(operation=each.operation, arguments=each.arguments) for each in talk.wanted)
    allowed = tuple(each for each in expected if approved or each.risk is not Risk.HIGH)
    return case.model_copy(
        update={
            "about": talk.persona.goals[0].intent,
            "turns": tuple(talk.turns),
            "expect": Expected(status=tuple(Status), writes=allowed),
        }
    )


def _lines(played: Played) -> list[str]:
    lines = list[str]()
    for turn in played.turns:
        lines.append(f"{turn.by}: {turn.said}")
        if turn.reply:
            lines.append(f"bot: {turn.reply}")
        lines += [f"bot tells staff: {notice}" for notice in turn.notices]
        lines += [f"handed off because of {reason}" for reason in turn.reasons]
    return [*lines, *([f"failed: {played.error}"] if played.error else [])]


def _digest(played: Played) -> str:
    """Of everything but wall time, so that two runs can be compared by their reports."""
    data = played.model_dump_json(exclude={"seconds": True, "turns": {"__all__": {"usage"}}})
    return hashlib.sha256(data.encode()).hexdigest()[:16]
