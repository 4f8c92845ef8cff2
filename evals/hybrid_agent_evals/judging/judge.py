"""Asking a judge about conversations that were played, several times each."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING

from hybrid_agent.chat_model import ModelSettings, close, connect_model, probe
from hybrid_agent_evals.judging.judged import Judged
from hybrid_agent_evals.judging.measures import MEASURES, Ask
from hybrid_agent_evals.judging.model import judge_of
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.suite.results import Result

if TYPE_CHECKING:
    from deepeval.models import DeepEvalBaseLLM

REPEATS = 3
AT_ONCE = 2
"""Conversations that are judged at a time: a model on one's own machine answers no more at once."""

CALLS = 12
"""So many calls in time may one score take; then there is none."""

WHY = 200
"""Characters of why there is none that are kept."""

Tell = Callable[[int, int], None]


def judge(
    results: Sequence[Result],
    settings: ModelSettings,
    repeats: int = REPEATS,
    tell: Tell = lambda done, of: None,
) -> tuple[Judged, ...]:
    """Each metric of each conversation, asked `repeats` times; `tell` hears how many are done.

    A time-out or an answer that cannot be read is no score. Raises ConfigurationError for a judge that does
    not answer at all.
    """
    return asyncio.run(_judge(results, settings, repeats, tell))


async def _judge(
    results: Sequence[Result], settings: ModelSettings, repeats: int, tell: Tell
) -> tuple[Judged, ...]:
    quiet()
    asking = list(_questions(results))
    chat = connect_model(settings)
    try:
        await probe(chat)
        model, turn, done = judge_of(chat), asyncio.Semaphore(AT_ONCE), count(1)

        async def one(case: str, metric: str, ask: Ask) -> Judged:
            async with turn:
                scored, why_not = await _scores(ask, model, CALLS * settings.timeout, repeats)
            tell(next(done), len(asking))
            return Judged(metric=metric, case=case, scores=tuple(scored), why_not=tuple(why_not))

        return tuple(await asyncio.gather(*(one(*each) for each in asking)))
    finally:
        await close(chat)


def _questions(results: Sequence[Result]) -> Iterator[tuple[str, str, Ask]]:
    """What can be asked of which conversation."""
    for name, measure in MEASURES.items():
        for result in results:
            ask = measure(result.played)
            if ask is not None:
                yield result.id, name, ask


async def _scores(
    ask: Ask, model: "DeepEvalBaseLLM", seconds: float, repeats: int
) -> tuple[list[float], list[str]]:
    """The scores, and why there was none the other times."""
    scores, why_not = list[float](), list[str]()
    for _ in range(repeats):
        try:
            scores.append(float(await asyncio.wait_for(ask(model), seconds)))
        except Exception as failure:  # whatever deepeval or the model runs into, there is no score
            why_not.append(f"{type(failure).__name__}: {failure}"[:WHY])
    return scores, why_not
