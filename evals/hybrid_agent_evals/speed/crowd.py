"""Many conversations at once in one process."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from hybrid_agent import Caller, Status
from hybrid_agent.session import Session
from hybrid_agent_evals.speed.questions import Question
from hybrid_agent_evals.speed.report import percentile


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of the turns; latencies are in milliseconds, from asking to the reply in hand."""

    turns: int
    in_flight: int
    answered: int
    errors: int
    first_error: str
    turns_per_second: float
    cpu_ms_per_turn: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class _Outcome:
    ms: float
    answered: bool
    error: str = ""


async def crowd(session: Session, asked: Sequence[Question], in_flight: int) -> Crowd:
    """Ask everything, each question in a conversation of its own, `in_flight` of them at any time."""
    wall, cpu = time.perf_counter(), time.process_time()
    waiting = iter(asked)
    done = await asyncio.gather(*(_customer(session, waiting) for _ in range(in_flight)))
    seconds, cpu = time.perf_counter() - wall, time.process_time() - cpu
    outcomes = [outcome for each in done for outcome in each]
    errors = [outcome.error for outcome in outcomes if outcome.error]
    times = [outcome.ms for outcome in outcomes]
    return Crowd(
        turns=len(outcomes),
        in_flight=in_flight,
        answered=sum(outcome.answered for outcome in outcomes),
        errors=len(errors),
        first_error=errors[0] if errors else "",
        turns_per_second=len(outcomes) / seconds,
        cpu_ms_per_turn=cpu * 1000 / len(outcomes),
        p50_ms=percentile(times, 0.5),
        p95_ms=percentile(times, 0.95),
    )


async def _customer(session: Session, waiting: Iterator[Question]) -> list[_Outcome]:
    return [await _ask(session, question) for question in waiting]


async def _ask(session: Session, question: Question) -> _Outcome:
    started = time.perf_counter()
    try:
        turn = await session.send(str(uuid4()), question.text, Caller.customer(question.customer_id))
    except Exception as error:  # whatever it is, it is counted and shown
        return _Outcome((time.perf_counter() - started) * 1000, False, f"{type(error).__name__}: {error}")
    return _Outcome((time.perf_counter() - started) * 1000, turn.status is Status.ANSWERED)
