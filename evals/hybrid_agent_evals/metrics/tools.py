"""deepeval's tool correctness for the reads and writes that a case expects, without any model."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import JsonValue

from hybrid_agent_evals.checks.outcome import Outcome, Seen, Verdict
from hybrid_agent_evals.checks.texts import covers, plain
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.worlds.calls import Called

if TYPE_CHECKING:
    from deepeval.models import DeepEvalBaseLLM
    from deepeval.test_case import ToolCall

TOOLS: Final = "tool_correctness"
NONE_NEEDED = "-"

Call = tuple[str, dict[str, JsonValue]]


def tools_outcome(seen: Seen) -> Outcome:
    """Every expected read was made, and exactly the expected writes, with the arguments that are named."""
    case, played = seen.placed.case.expect, seen.played
    expected = [(each.operation, dict(each.arguments)) for each in case.writes]
    done = list(_named(played.writes, expected))
    reads = {each.operation for each in played.reads}
    problems = [
        *_problems(
            [(each, {}) for each in case.reads], [(each, {}) for each in sorted(reads)], exactly=False
        ),
        *_problems(expected, done, exactly=True),
    ]
    verdict = Verdict.FAILED if problems else Verdict.PASSED
    return Outcome(check=TOOLS, verdict=verdict, problems=tuple(problems))


def _named(done: Sequence[Called], expected: Sequence[Call]) -> Iterator[Call]:
    """The writes with the arguments that the case names for the one that it expects: others do not count."""
    open_ = list(expected)
    for write in done:
        given = dict(write.arguments)
        fitting = next(
            (each for each in open_ if each[0] == write.operation and covers(each[1], given)), None
        )
        if fitting is not None:
            open_.remove(fitting)
            given = {name: value for name, value in given.items() if name in fitting[1]}
        yield write.operation, given


def _problems(expected: Sequence[Call], called: Sequence[Call], *, exactly: bool) -> list[str]:
    """deepeval's reason where its score is not full. Where all must fit exactly, order does not count."""
    quiet()
    from deepeval.metrics import ToolCorrectnessMetric
    from deepeval.test_case import LLMTestCase, ToolCallParams

    if not expected and not exactly:
        return []
    metric = ToolCorrectnessMetric(
        threshold=1.0,
        model=_no_model()(),
        evaluation_params=[ToolCallParams.INPUT_PARAMETERS],
        should_exact_match=exactly,
        async_mode=False,
    )
    test_case = LLMTestCase(
        input=NONE_NEEDED,
        actual_output=NONE_NEEDED,
        tools_called=_calls(called),
        expected_tools=_calls(expected),
    )
    metric.measure(test_case, _show_indicator=False)
    return [] if metric.is_successful() else [str(metric.reason)]


def _calls(calls: Sequence[Call]) -> "list[ToolCall]":
    from deepeval.test_case import ToolCall

    made = [ToolCall(name=name, input_parameters=_comparable(dict(given))) for name, given in calls]
    return sorted(made, key=repr)


def _comparable(value: Any) -> Any:
    """Texts as the checks compare them."""
    if isinstance(value, dict):
        return {name: _comparable(each) for name, each in value.items() if each is not None}
    return plain(value) if isinstance(value, str) else value


@cache
def _no_model() -> "type[DeepEvalBaseLLM]":
    """The class of a model that refuses to be asked: without one, deepeval looks for a key."""
    quiet()
    from deepeval.models import DeepEvalBaseLLM

    class NoModel(DeepEvalBaseLLM):  # type: ignore[no-untyped-call]
        """Whoever asks it has made a mistake."""

        def load_model(self, *args: object, **kwargs: object) -> DeepEvalBaseLLM:
            """There is nothing to load."""
            return self

        def generate(self, *args: object, **kwargs: object) -> str:
            """Raises RuntimeError."""
            raise RuntimeError("a check that needs no model asked one")

        async def a_generate(self, *args: object, **kwargs: object) -> str:
            """Raises RuntimeError."""
            return self.generate()

        def get_model_name(self, *args: object, **kwargs: object) -> str:
            """What reports show."""
            return "none"

    return NoModel
