"""The checks as deepeval metrics, which decide nothing by themselves: a check's outcome is the metric's."""

from functools import cache
from typing import TYPE_CHECKING, Any

from hybrid_agent_evals.checks.all import CHECKS
from hybrid_agent_evals.checks.outcome import Outcome, Seen, Verdict, outcome
from hybrid_agent_evals.metrics.conversation import SEEN
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.metrics.tools import TOOLS, tools_outcome

if TYPE_CHECKING:
    from deepeval.metrics import BaseConversationalMetric


def gating_metrics(seen: Seen) -> "list[BaseConversationalMetric]":
    """A metric for each check that has something to say of the case, and deepeval's tool correctness.

    They measure what `conversation` makes. The score is 1 or 0, the reason says what is wrong; what cannot be
    scored is skipped, and `error` says why.
    """
    names = (*CHECKS, TOOLS)
    return [_metric_class()(each) for each in names if outcome_of(each, seen) is not None]


def outcome_of(check: str, seen: Seen) -> Outcome | None:
    """The outcome of a check by its name; None where it has nothing to say."""
    return tools_outcome(seen) if check == TOOLS else outcome(check, CHECKS[check], seen)


@cache
def _metric_class() -> "type[Any]":
    """The metric's class, which only exists once deepeval is imported."""
    quiet()
    from deepeval.metrics import BaseConversationalMetric
    from deepeval.test_case import ConversationalTestCase

    class CheckMetric(BaseConversationalMetric):  # type: ignore[no-untyped-call]
        """One check as a metric."""

        def __init__(self, check: str) -> None:
            self.check = check
            self.threshold = 1.0
            self.async_mode = False
            self.verbose_mode = False

        def measure(self, test_case: ConversationalTestCase, *args: object, **kwargs: object) -> float:
            """1.0 or 0.0; what is skipped scores nothing."""
            found = outcome_of(self.check, (test_case.metadata or {})[SEEN])
            self.score, self.reason, self.error = None, None, None
            self.skipped = found is None or found.verdict is Verdict.NOT_SCORED
            if found is not None:
                self.reason = "\n".join(found.problems)
                if found.verdict is Verdict.NOT_SCORED:
                    self.error = self.reason
                else:
                    self.score = float(found.verdict is Verdict.PASSED)
            self.success = None if self.skipped else bool(self.score)
            return self.score or 0.0

        async def a_measure(
            self, test_case: ConversationalTestCase, *args: object, **kwargs: object
        ) -> float:
            """As `measure`, which waits for nothing."""
            return self.measure(test_case)

        def is_successful(self) -> bool | None:
            """Whether the check passed; None where it was skipped."""
            return self.success

        @property
        def __name__(self) -> str:
            return str(self.check)

    return CheckMetric
