"""The checks as deepeval metrics, the doors of pytest and deepeval, and judges: quiet, and of one mind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from openai_bodies import Answer, Request
from openai_wire import OpenAIWire, status, structured
from played_kit import AGREED, ASKED_FOR, but, case, effect, turn, write

from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.cases.models import Way
from hybrid_agent_evals.checks.outcome import Seen, Verdict
from hybrid_agent_evals.judging.judge import judge
from hybrid_agent_evals.judging.judged import Judged, interval, overall
from hybrid_agent_evals.metrics.conversation import conversation
from hybrid_agent_evals.metrics.gating import gating_metrics, outcome_of
from hybrid_agent_evals.metrics.tools import TOOLS
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.suite.results import Result
from hybrid_agent_evals.worlds.calls import Called

HERE = Path(__file__).parent
EXPECTED = case(
    "Please cancel 1001",
    turns=[{"customer": "Cancel 1001"}, {"customer": "Yes"}, {"agent": "approve"}],
    expect={
        "status": "answered",
        "reads": ["orders.get"],
        "writes": [{"operation": "orders.cancel", "arguments": {"order_number": "1001"}}],
    },
)
READ = Called(operation="orders.get", arguments={"order_number": "1001"}, customer="C-1001", turn=0)
WHOLE = but(
    reads=(READ,),
    writes=(write(at=2, arguments={"order_number": "1001", "reason": "because"}),),
    effects=(effect(arguments={"order_number": "1001", "reason": "because"}),),
)
PLAYED = {
    "as it must be": WHOLE,
    "not read": but(WHOLE, reads=()),
    "not done": but(WHOLE, writes=(), effects=(), changes=()),
    "another order": but(WHOLE, writes=(write(at=2, arguments={"order_number": "1002"}),)),
    "done twice": but(WHOLE, writes=WHOLE.writes * 2, effects=WHOLE.effects * 2),
    "not approved": but(WHOLE, turns=(ASKED_FOR, AGREED, turn("Now!"))),
}


@pytest.mark.parametrize("played", PLAYED.values(), ids=PLAYED)
def test_metrics_say_what_the_checks_say(played: Played) -> None:
    """A metric's score, reason and success are its check's outcome, whichever way it is measured."""
    seen = Seen(EXPECTED, played)
    metrics = gating_metrics(seen)
    assert len(metrics) > 5
    for metric in metrics:
        found = outcome_of(metric.__name__, seen)
        assert found is not None
        assert metric.measure(conversation(seen)) == float(found.verdict is Verdict.PASSED)
        assert metric.is_successful() is (found.verdict is Verdict.PASSED)
        assert metric.reason == "\n".join(found.problems)


@pytest.mark.parametrize("played", PLAYED.values(), ids=PLAYED)
def test_tool_correctness_agrees_with_the_checks(played: Played) -> None:
    """deepeval's own tool correctness fails exactly where the checks of reads and writes do."""
    seen = Seen(EXPECTED, played)
    ours = [outcome_of(each, seen) for each in ("tools", "end_state")]
    theirs = outcome_of(TOOLS, seen)
    assert theirs is not None
    passed = all(each is not None and each.verdict is Verdict.PASSED for each in ours)
    assert (theirs.verdict is Verdict.PASSED) is passed


def test_what_cannot_be_scored_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A metric whose check fails by itself is skipped, and neither succeeds nor fails."""
    broken = but(WHOLE, writes=(write("orders.unknown", at=2),))
    seen = Seen(EXPECTED, broken)
    metric = next(each for each in gating_metrics(seen) if each.__name__ == "policy")
    metric.measure(conversation(seen))
    assert metric.skipped
    assert metric.is_successful() is None
    assert str(metric.error).startswith("could not be scored: KeyError")


PROMISE: dict[str, Any] = {
    "id": "kept",
    "says": "Who names their order hears where it is.",
    "about": "order_status",
    "customer": "C-1001",
    "turns": [{"customer": "Where is 1002?"}],
    "expect": {"status": "answered", "told": ["JD014096475893"]},
}
BROKEN = {**PROMISE, "id": "broken", "expect": {"status": "handed_off"}}


def test_deepeval_runs_the_cases_and_calls_nobody(tmp_path: Path, cache: Path) -> None:
    """`deepeval test run` plays the cases, shows what failed and how to repeat it, and sends nothing."""
    cases, notes = tmp_path / "cases", tmp_path / "watched.jsonl"
    cases.mkdir()
    given = {"at": "2026-11-23T10:30:00+01:00", "cases": [PROMISE, BROKEN]}
    (cases / "two.yaml").write_text(yaml.safe_dump(given), "utf-8")
    (cases / "none.yaml").write_text("at: 2026-11-23T10:30:00+01:00\ncases: [{id: x}]\n", "utf-8")
    checkout = HERE.parent
    left = {each.name for each in checkout.iterdir()}
    program = [str(Path(sys.executable).with_name("deepeval")), "test", "run", "evals/hybrid_agent_evals"]
    ended = subprocess.run(
        [*program, "--cases", str(cases), "-p", "no:cacheprovider"],
        cwd=checkout,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("DEEPEVAL")},
            "HOME": str(tmp_path / "home"),
            "XDG_CACHE_HOME": str(cache.parent),
            "CONFIDENT_API_KEY": "confident_us_tempting",
            "OPENAI_API_KEY": "sk-tempting",
            "PYTHONPATH": str(HERE / "watched"),
            "WATCHED": str(notes),
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout
    assert "the status is answered, not handed_off" in ended.stdout
    assert "customer: Where is 1002?" in ended.stdout
    assert f"hybrid-agent eval --cases {cases} --case broken" in ended.stdout
    assert "none.yaml:2" in ended.stdout
    reached = [json.loads(line) for line in notes.read_text().splitlines()]
    assert [each for each in reached if not each["here"]] == []
    assert {each.name for each in checkout.iterdir()} - left <= {".hypothesis"}
    assert not (tmp_path / "home").exists()


def played_result(played: Played) -> Result:
    return Result(
        id="c",
        says="x",
        about="x",
        tags=(),
        where="-:1",
        digest="",
        repeat=0,
        way=Way.BOT,
        outcomes=(),
        played=played,
    )


SPOKEN = Played(turns=(turn("Where is 1001?", reply="It is on its way.", grounds=WHOLE.turns[0].grounds),))


def faithful(request: Request) -> Answer:
    """A judge that finds one claim or statement or wish in everything, and it good."""
    fields = (request.schema or {}).get("properties", {})
    answers: dict[str, Any] = {
        "state": "ready",
        "truths": ["It is on its way."],
        "claims": ["It is on its way."],
        "statements": ["It is on its way."],
        "intentions": ["to know where it is"],
        "verdicts": [{"verdict": "yes", "reason": ""}],
        "verdict": "yes",
        "reason": "",
    }
    return structured({name: answers[name] for name in fields})


def settings(wire: OpenAIWire) -> ModelSettings:
    return ModelSettings(name="openai:scripted", base_url=wire.base_url, timeout=5)


def test_a_judge_scores_each_thing_several_times() -> None:
    """Each metric is asked as often as wished, and every score is kept."""
    with OpenAIWire(faithful) as wire:
        judged = judge([played_result(SPOKEN)], settings(wire), repeats=2)
    assert {each.metric: each.scores for each in judged} == {
        "answer relevancy": (1.0, 1.0),
        "conversation completeness": (1.0, 1.0),
    }
    assert all(not each.why_not for each in judged)


def test_what_a_judge_cannot_score_is_counted_apart() -> None:
    """A judge that answers nonsense gives no score, and says why."""

    def nonsense(request: Request) -> Answer:
        return faithful(request) if "state" in (request.schema or {}).get("properties", {}) else status(400)

    with OpenAIWire(nonsense) as wire:
        judged = judge([played_result(SPOKEN)], settings(wire), repeats=2)
    assert {(len(each.scores), len(each.why_not)) for each in judged} == {(0, 2)}
    assert {each.mean for each in overall(judged)} == {None}
    assert {each.not_scored for each in overall(judged)} == {2}


def test_a_judge_that_is_not_there_is_said_once() -> None:
    """An unreachable judge ends with one message that says what to check."""
    gone = ModelSettings(name="openai:scripted", base_url="http://127.0.0.1:9/v1", timeout=1)
    with pytest.raises(ConfigurationError, match="cannot be reached"):
        judge([played_result(SPOKEN)], gone)


def test_means_come_with_their_interval() -> None:
    """Conversations count once each, however often they were scored; one value has no interval."""
    found = overall(
        [
            Judged(metric="m", case="a", scores=(0.0, 1.0)),
            Judged(metric="m", case="b", scores=(1.0,), why_not=("slow",)),
            Judged(metric="m", case="c", why_not=("slow", "slow")),
        ]
    )
    assert [(each.cases, each.scored, each.not_scored, each.mean) for each in found] == [(2, 3, 3, 0.75)]
    assert interval([0.5]) is None
    assert interval([0.4, 0.5, 0.6]) == pytest.approx((0.2516, 0.7484), abs=1e-4)
    assert interval([0.0, 1.0]) == (0.0, 1.0)
