"""The benchmarks run, in their smallest size, and print what they promise. No figure is judged here."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hybrid_agent.reasoning import IntentScore
from hybrid_agent_evals import intents, speed
from hybrid_agent_evals.commands import app
from hybrid_agent_evals.speed.questions import questions
from hybrid_agent_evals.speed.report import Aim, Figure, Report, percentile

TINY = speed.Size(pairs=3, turns=4, in_flight=2, starts=1, cold=False)
DATA = Path("../shared/data")


def test_speed_measures_every_part(sample: Path) -> None:
    """One run gives turn and bare graph, the crowd, memory, start-up and import, without errors."""
    report = speed.run(TINY, sample)
    values = {(each.part, each.name): each.value for each in report.figures}
    parts = {part for part, _ in values}
    assert parts == {
        "a turn, durability=exit",
        "a turn, durability=async",
        "2 conversations in flight",
        "memory",
        "start-up",
        "import",
    }
    assert values["a turn, durability=exit", "nodes a turn passes, median"] == 6
    assert values["2 conversations in flight", "turns"] == 4
    assert values["2 conversations in flight", "errors"] == 0
    assert values["import", "heavy modules loaded: none"] == 0
    assert all(each.value > 0 for each in report.figures if each.unit)


def test_no_question_is_asked_twice(sample: Path, cache: Path) -> None:
    """Texts, orders and customers vary, and the same seed asks the same."""
    from hybrid_agent import load_deployment
    from hybrid_agent.portal import run_here

    run_here(load_deployment(sample).aclose())
    asked = questions(sample, 300, seed=4)
    assert len({each.text for each in asked}) == 300
    assert len({each.customer_id for each in asked}) > 50
    assert asked == questions(sample, 300, seed=4)


def test_a_report_says_what_is_met_and_missed() -> None:
    """The JSON carries every figure with its aim, and whether it is met."""
    figures = (
        Figure("p", "slow", 3.5, "x", Aim(3)),
        Figure("p", "rate", 120.0, "/s", Aim(100, at_least=True)),
        Figure("p", "free", 1.0, "ms"),
    )
    told = json.loads(Report(figures, ("a note",)).json())
    assert [each["met"] for each in told["figures"]] == [False, True, None]
    assert told["notes"] == ["a note"]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.0, 1), (1.0, 10)])
def test_percentiles_are_values_that_were_measured(share: float, expected: int) -> None:
    """The nearest-rank percentile of one to ten."""
    assert percentile([10, *range(1, 10)], share) == expected


def test_bench_prints_its_sub_commands() -> None:
    """`bench --help` names both benchmarks."""
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    assert "speed" in shown.output
    assert "intents" in shown.output


def test_intents_without_their_data_say_what_is_missing(tmp_path: Path) -> None:
    """Where the data sets are not, the command ends with a message and no traceback."""
    ended = CliRunner().invoke(app, ["intents", "--quick", "--data", str(tmp_path)])
    assert ended.exit_code == 2
    assert str(tmp_path) in ended.output


def test_intents_without_their_extra_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what measures is not installed, the command names the extra, before any work."""
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    ended = CliRunner().invoke(app, ["intents", "--quick"])
    assert ended.exit_code == 2
    assert "threadpoolctl" in ended.output
    assert "pip install 'hybrid-agent[evals,local]'" in ended.output


def test_aims_stand_beside_the_figures_of_intents() -> None:
    """The table says which aim of a task is met and which is missed, and nothing where there is none."""
    figures = tuple(
        intents.Figure(name, mean, 0.0)
        for name, mean in (
            ("in-scope accuracy", 0.97),
            ("AUROC in against out of scope", 0.9),
            ("other", 1.0),
        )
    )
    report = intents.Report(False, (intents.with_aims(intents.Result("CLINC150", 5, figures)),))
    met, missed, free = report.table().splitlines()[1:]
    assert met.endswith(">= 0.965 met")
    assert missed.endswith(">= 0.975 MISSED")
    assert free.endswith(" 5")


def test_every_aim_belongs_to_a_figure_that_is_measured() -> None:
    """No aim is lost for a name that no measurement of quality gives."""
    rows = [intents.Utterance(str(n), "a" if n % 2 else None) for n in range(40)]
    scores = [IntentScore("a" if n % 2 else None, 0.9, (("a", 0.9),), 0.1 + 0.8 * (n % 2)) for n in range(40)]
    given = intents.quality(scores, rows)
    assert {name for task, name in intents.AIMS if task != "speed"} <= given.keys()
