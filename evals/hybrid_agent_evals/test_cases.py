"""Every case as a test, for `pytest` and `deepeval test run`: what `hybrid-agent eval` plays and checks."""

import pytest

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.checks.outcome import Seen, Verdict
from hybrid_agent_evals.metrics.conversation import conversation
from hybrid_agent_evals.metrics.gating import gating_metrics
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.reports.texts import visible
from hybrid_agent_evals.reports.transcript import transcript
from hybrid_agent_evals.suite.masking import masked
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.suite.results import Result
from hybrid_agent_evals.suite.running import Order, carry_out


def test_case(placed: Placed | str, stand: Stand, command: str) -> None:
    """A conversation goes as its case says, and as every conversation must; a case can be read."""
    if isinstance(placed, str):
        pytest.fail(placed, pytrace=False)
    try:
        result = stand.run(carry_out(stand, Order(placed)))
    except ConfigurationError as error:
        pytest.fail(str(error), pytrace=False)
    if result.verdict is Verdict.NOT_SCORED:
        pytest.fail(f"could not be scored: {_problems(result)}", pytrace=False)
    if not (result.passed and _holds(Seen(placed, result.played))):
        again = f"{command} --case {placed.case.id}"
        pytest.fail(_told(masked(result, stand.deployment), again), pytrace=False)


def _holds(seen: Seen) -> bool:
    """Whether deepeval finds every metric met."""
    quiet()
    from deepeval.evaluate import assert_test

    try:
        assert_test(conversation(seen), gating_metrics(seen), run_async=False)
    except AssertionError:
        return False
    return True


def _told(result: Result, command: str) -> str:
    """What was promised and is not so, the conversation, and how to play it again."""
    return visible(
        f"{result.where}: {result.says}\n\n{_problems(result)}\n\n{transcript(result.played)}\n\n"
        f"Play it again: {command}"
    )


def _problems(result: Result) -> str:
    return "\n".join(f"{each.check}: {problem}" for each in result.outcomes for problem in each.problems)
