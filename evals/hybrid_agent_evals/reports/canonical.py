"""The run as JSON: the same run gives the same bytes."""

import json

from hybrid_agent_evals.suite.results import SuiteRun

FORMAT = 1
"""Raised whenever an older reader would misread it."""


def as_json(run: SuiteRun) -> str:
    """The run with `format` before everything else sorted by name; wall times are left out."""
    told = run.model_dump(exclude={"results": {"__all__": {"played": {"seconds"}}}})
    return json.dumps({"format": FORMAT, **told}, sort_keys=True, indent=1, default=str) + "\n"
