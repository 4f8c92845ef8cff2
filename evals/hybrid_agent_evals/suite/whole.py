"""A whole run of the suite: which cases, on what, and what came of them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent_evals.cases.reading import bundled, read_cases
from hybrid_agent_evals.suite.opening import Opening, opened
from hybrid_agent_evals.suite.results import Subject, SuiteRun
from hybrid_agent_evals.suite.running import run_cases


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run."""

    opening: Opening
    cases: Path | None = None


def run(plan: Plan) -> SuiteRun:
    """Play and check every case that is meant."""
    read = read_cases(plan.cases or bundled())
    with opened(plan.opening) as stand:
        results = asyncio.run(run_cases(stand.deployment, read.placed, stand.worlds))
        subject = Subject(deployment=stand.deployment.name, reasoner="local")
    return SuiteRun(subject=subject, results=tuple(results), problems=read.problems)
