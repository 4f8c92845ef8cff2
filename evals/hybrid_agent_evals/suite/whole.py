"""A whole run of the suite: which cases, on what, how often, and what came of them."""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from hybrid_agent_evals.cases.reading import Cases
from hybrid_agent_evals.suite.attending import Lost
from hybrid_agent_evals.suite.opening import Opening
from hybrid_agent_evals.suite.pool import each_of
from hybrid_agent_evals.suite.results import Result, SuiteRun
from hybrid_agent_evals.suite.running import Order, carry_out, unplayed
from hybrid_agent_evals.suite.subject import subject_of

WORTH_A_PROCESS: Final = 10
"""So many conversations take about as long as another process takes to begin."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played, on what and how. `seconds` are the longest that one conversation may take.

    `workers` None: one for each core, and no more than are worth their start. `command` plays it again.
    """

    opening: Opening
    cases: Cases
    repeats: int = 1
    seed: int = 0
    workers: int | None = None
    seconds: float = 60.0
    fail_fast: bool = False
    masked: bool = True
    command: str = "hybrid-agent eval"


def run(plan: Plan, tell: Callable[[int, int], None] = lambda done, of: None) -> SuiteRun:
    """Play and check every case; `tell` hears how many are done. Raises ConfigurationError.

    What cannot be played has no score, and the others are played all the same.
    """
    subject = subject_of(plan.opening)
    return SuiteRun(
        subject=subject,
        results=tuple(_results(plan, tell)),
        problems=plan.cases.problems,
        seed=plan.seed,
        repeats=plan.repeats,
        command=plan.command,
        masked=plan.masked,
    )


def _results(plan: Plan, tell: Callable[[int, int], None]) -> Iterator[Result]:
    orders = [
        Order(placed, repeat, plan.seed, plan.masked)
        for placed in plan.cases.placed
        for repeat in range(plan.repeats)
    ]
    workers = plan.workers or worthwhile(len(orders), patient=bool(plan.opening.model))
    made = each_of(plan.opening, carry_out, orders, workers=workers, seconds=plan.seconds)
    with closing(made):
        for done, (order, each) in enumerate(zip(orders, made, strict=True), 1):
            result = unplayed(order, each.why) if isinstance(each, Lost) else each
            tell(done, len(orders))
            yield result
            if plan.fail_fast and not result.passed:
                return


def worthwhile(orders: int, *, patient: bool) -> int:
    """As many workers as there are cores, each with enough to do; a model takes longer than a start."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, orders if patient else math.ceil(orders / WORTH_A_PROCESS)))
