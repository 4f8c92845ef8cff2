"""What a judge thinks of a run, as a table of its reports: beside the gate, never in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.judging.judge import REPEATS, judge
from hybrid_agent_evals.judging.judged import Judged, overall
from hybrid_agent_evals.reports.sections import Section
from hybrid_agent_evals.suite.results import Result

SHOWN = 3
"""So many reasons for missing scores are told."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The model that judges, and how often it is asked each thing."""

    settings: ModelSettings
    repeats: int = REPEATS


def advice(wanted: Judge, results: Sequence[Result], tell: Callable[[int, int], None]) -> Section:
    """The judge's scores. Raises ConfigurationError for a judge that does not answer."""
    try:
        judged = judge(results, wanted.settings, wanted.repeats, tell)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, where="--judge", advice=error.advice) from None
    return Section(
        "What the judge thinks (advice, no part of the gate)",
        ("metric", "conversations", "mean", "95 % interval", "scores", "not scored"),
        tuple(_rows(judged)),
        "\n".join(_notes(wanted, judged)),
    )


def _rows(judged: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    for each in overall(judged):
        mean = "-" if each.mean is None else f"{each.mean:.2f}"
        reach = "-" if each.interval is None else f"{each.interval[0]:.2f} to {each.interval[1]:.2f}"
        yield each.metric, str(each.cases), mean, reach, str(each.scored), str(each.not_scored)


def _notes(wanted: Judge, judged: Sequence[Judged]) -> Iterator[str]:
    yield f"Scores of {wanted.settings.name} from 0 to 1, asked {wanted.repeats} times each."
    missing = dict.fromkeys(why for each in judged for why in each.why_not)
    yield from (f"Not scored: {why}" for why in list(missing)[:SHOWN])
