"""The whole benchmark: every conversation with every system, as far as the time allows."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.conversations.cases import kind_of
from hybrid_agent_evals.conversations.journal import Journal, Result, key_of
from hybrid_agent_evals.conversations.playing import System, play
from hybrid_agent_evals.conversations.scoring import score
from hybrid_agent_evals.speed.report import machine
from hybrid_agent_evals.worlds.world import Worlds, worlds

BATCH = 8
"""Conversations that one system plays before the next does: a server keeps the prompt of one system cached,
and a run that is stopped has played the same with all."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What was played: the results in order, and how many were meant."""

    results: tuple[Result, ...]
    planned: int


async def run(
    systems: Sequence[System],
    cases: Sequence[Placed],
    *,
    model: str,
    journal: Journal,
    tell: Tell,
    seconds: float | None = None,
) -> Run:
    """Play what the journal does not hold yet. After so many seconds nothing new is begun."""
    known, results = journal.read(), list[Result]()
    pairs = list(_order(systems, cases))
    until = None if seconds is None else time.monotonic() + seconds
    with worlds() as made:
        for number, (system, case) in enumerate(pairs, 1):
            result = known.get(key_of(system.name, _model(system, model), case))
            if result is None:
                if until is not None and time.monotonic() >= until:
                    continue
                result = await _result(system, case, _model(system, model), made)
                journal.add(result)
                tell(_progress(result, number, len(pairs)))
            results.append(result)
    return Run(tuple(results), len(pairs))


def _order(systems: Sequence[System], cases: Sequence[Placed]) -> Iterator[tuple[System, Placed]]:
    for begin in range(0, len(cases), BATCH):
        for system in systems:
            yield from ((system, case) for case in cases[begin : begin + BATCH])


def _model(system: System, model: str) -> str:
    return model if system.uses_model else ""


async def _result(system: System, placed: Placed, model: str, made: Worlds) -> Result:
    played, case = await play(system, placed, made), placed.case
    return Result(
        system=system.name,
        model=model,
        machine=machine(),
        ended=datetime.now(UTC),
        id=case.id,
        digest=placed.digest,
        kind=kind_of(case),
        about=case.about,
        score=score(case, played),
        played=played,
    )


def _progress(result: Result, number: int, of: int) -> str:
    took = sum(result.played.seconds)
    said = "resolved" if result.score.resolved else "; ".join(result.score.problems)
    return f"{number}/{of} {result.system} {result.id}: {said} ({took:.1f} s)"
