"""The run as JSON: the same run gives the same bytes."""

import json

from hybrid_agent_evals.suite.results import SuiteRun


def as_json(run: SuiteRun) -> str:
    """The run, sorted by name; wall times are left out."""
    told = run.model_dump(exclude={"results": {"__all__": {"played": {"seconds"}}}})
    return json.dumps(told, sort_keys=True, indent=1, default=str) + "\n"
