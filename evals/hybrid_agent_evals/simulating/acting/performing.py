"""One conversation whose customer is played by a model; its mistakes are told from the bot's."""

import asyncio

from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.playing.play import play_with
from hybrid_agent_evals.simulating.acting.mistakes import Fault, Mistake, mistakes
from hybrid_agent_evals.simulating.acting.sheet import sheet_of
from hybrid_agent_evals.simulating.acting.stage import Actor
from hybrid_agent_evals.simulating.conversing import Errand, Simulated, Talk, cast, judged, shown
from hybrid_agent_evals.simulating.words import habits, words_for
from hybrid_agent_evals.suite.opening import Stand


async def perform(stand: Stand, errand: Errand) -> Simulated:
    """Draw the persona, let the model play it. Raises ConfigurationError where the model says nothing."""
    words = words_for(stand.deployment.name, errand.words, errand.at)
    persona, placed = await cast(stand, errand, words)
    catalog = stand.deployment.catalog
    actor = Actor(persona, sheet_of(persona, catalog), catalog, habits().clerk)
    performing = asyncio.create_task(actor.perform(_player(errand)))
    try:
        played = await play_with(stand.deployment, placed, stand.worlds, actor.next_turn)
    finally:
        await actor.leave()
        await performing
    if not actor.turns:
        advice = "Check --persona-model, or take a model that can answer as JSON."
        raise ConfigurationError(f"the model that plays it said nothing ({actor.failed})", advice=advice)
    found = mistakes(played.turns, actor.sheet, catalog, words.at)
    if actor.failed:
        found = (*found, Mistake(fault=Fault.SILENT, turn=len(played.turns), words=actor.failed))
    return await shown(
        judged(placed, Talk(persona, {}, actor.turns, played.writes, found), played),
        played,
        stand.deployment,
        errand,
    )


def _player(errand: Errand) -> ModelSettings:
    if errand.player is None:
        raise ConfigurationError("nobody plays the persona", where="--persona-model", advice="Name a model.")
    return errand.player
