"""`hybrid-agent eval`: which cases are played, in which order, what is told, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_kit import command, run_inside
from llm_kit import script
from openai_wire import OpenAIWire, structured

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.suite.attending import Lost
from hybrid_agent_evals.suite.baseline import compared, read_run
from hybrid_agent_evals.suite.opening import Opening, Stand
from hybrid_agent_evals.suite.pool import each_of
from hybrid_agent_evals.suite.results import SuiteRun

CASES = """\
at: 2026-11-23T10:30:00+01:00
cases:
  - id: on_its_way
    says: Who names their order hears where it is.
    about: order_status
    tags: [short]
    customer: C-1001
    turns: [{customer: "Where is order 1002?"}]
    expect: {status: answered, told: [on its way]}
  - id: resets
    says: A link to choose a new password goes to the address of the account.
    about: password_reset
    customer: C-1001
    turns: [{customer: I forgot my password}, {customer: "yes please"}]
    expect: {status: answered, writes: [{operation: identity.start_password_reset}]}
"""
WRONG = """\
  - id: wrong
    says: An order is answered that nobody can find.
    about: order_status
    turns: [{customer: "Where is order 1002?"}]
    expect: {status: answered, told: [on its way]}
"""
UNREAD = """\
  - id: unread
    says: It has a key that no case has.
    about: order_status
    turnz: []
"""
RELEASE = threading.Event()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for case files."""
    (tmp_path / "cases").mkdir()
    return tmp_path / "cases"


def test_the_same_bytes_with_one_worker_and_with_two(sample: Path, folder: Path, tmp_path: Path) -> None:
    """One process and several say the same, byte by byte, in the order of the cases."""
    (folder / "all.yaml").write_text(CASES + WRONG + UNREAD)
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for workers, file in enumerate(files, 1):
        ended = _eval(sample, folder, "--workers", workers, "--repeat", 2, "--seed", 7, "--json", file)
        assert ended.returncode == 2
    first, second = (file.read_bytes() for file in files)
    assert first == second
    told = json.loads(first)
    assert [each["id"] for each in told["results"]] == [
        name for name in ("on_its_way", "resets", "wrong") for _ in range(2)
    ]
    assert re.search(r"all\.yaml:24: [^\n]*turnz", "\n".join(told["problems"]))


def test_a_failed_case_ends_with_1_and_says_how_to_play_it_again(sample: Path, folder: Path) -> None:
    """A failure is shown with what was said and the line that reproduces it; the others are counted."""
    (folder / "all.yaml").write_text(CASES + WRONG)
    ended = _eval(sample, folder, "--case", "wrong", "--case", "on_its_way")
    assert ended.returncode == 1
    words = " ".join(ended.stdout.split())
    assert "Where is order 1002?" in words
    assert "--case wrong" in words
    assert "1 of 2 conversations passed" in words


def test_a_regression_is_named_with_what_changed(sample: Path, folder: Path, tmp_path: Path) -> None:
    """Against a baseline only what is worse fails, however much failed before; what changed is named."""
    (folder / "all.yaml").write_text(CASES + WRONG)
    before = tmp_path / "before.json"
    assert _eval(sample, folder, "--json", before).returncode == 1
    assert _eval(sample, folder, "--baseline", before).returncode == 0
    catalog = sample.parent / "catalog.yaml"
    catalog.write_text(catalog.read_text("utf-8").replace("on its way", "being sent"))
    ended = _eval(sample, folder, "--baseline", before)
    words = " ".join(ended.stdout.split())
    assert ended.returncode == 1
    assert re.search(r"on_its_way +1 of 1 +0 of 1 +worse", words)
    assert "intents.order_status" in words
    assert "1 worse, 0 better: a regression" in words


def test_a_model_is_reported_with_what_it_took(sample: Path, folder: Path, tmp_path: Path) -> None:
    """With a model: reliability over the repeats, tokens and seconds, and the model in the line to repeat."""
    (folder / "all.yaml").write_text(CASES + WRONG)
    file = tmp_path / "run.json"
    first, model = [structured({"state": "ready"})], script()
    with OpenAIWire(lambda request: first.pop() if first else model(request)) as wire:
        asked = ("--model", "openai:scripted", "--base-url", wire.base_url, "--reasoner", "llm")
        chosen = ("--case", "on_its_way", "--case", "wrong")
        ended = _eval(sample, folder, *asked, *chosen, "--repeat", 2, "--json", file)
    words = " ".join(ended.stdout.split())
    assert ended.returncode == 1
    assert re.search(r"pass\^k pass@k 1 2 50.0 % 50.0 % 2 2 50.0 % 50.0 %", words)
    assert re.search(r"tokens in, a conversation [1-9]", words)
    assert re.search(r"seconds, a turn +\d", words)
    assert f"--model openai:scripted --base-url {wire.base_url} --reasoner llm" in words
    told = json.loads(file.read_bytes())
    assert told["subject"]["model"] == "openai:scripted"
    assert "prompts.understand" in told["subject"]["parts"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--case", "on_its_wey"], "on_its_way"),
        (["--tag", "long"], "short"),
        (["--intent", "order_statos"], "order_status"),
        (["--reasoner", "llm"], "--model"),
        (["--model", "gpt"], "provider:name"),
        (["--base-url", "http://127.0.0.1:1/v1"], "--model"),
        (["--cases", "nowhere"], "nowhere"),
        (["--case", "on_its_way", "--intent", "password_reset"], "--intent"),
    ],
)
def test_options_that_cannot_be_met(sample: Path, folder: Path, options: Sequence[str], named: str) -> None:
    """A name that nothing has ends with 2 and a message that names what there is, or what to do."""
    (folder / "all.yaml").write_text(CASES)
    ended = _eval(sample, folder, *options)
    assert ended.returncode == 2
    assert named in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_deployment_without_cases(sample: Path) -> None:
    """Whoever has no cases yet is told where to put them and how to write a first one."""
    ended = run_inside("eval", "--deployment", sample)
    assert ended.returncode == 2
    assert "hybrid-agent eval new" in ended.stderr


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", ":1", "no JSON"),
        ('{"format": 1,\n"results": [', ":2", "cut short"),
        ("[]", ":1", "no run of the suite"),
        ('{"format": 99}', ":1", "format 99"),
        ('{"format": 1, "results": []}', ":1", "subject"),
    ],
)
def test_a_baseline_that_is_none(tmp_path: Path, text: str, where: str, what: str) -> None:
    """A baseline that cannot be read is told with its file, its line and what to do."""
    file = tmp_path / "old.json"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as told:
        read_run(file)
    assert f"{file}{where}" in str(told.value)
    assert what in str(told.value)
    assert "--json" in str(told.value)


def test_what_a_baseline_compares() -> None:
    """Edited, new, gone and unscored cases are named, not compared; a fall without a model is certain."""
    before = _run({"kept": [True], "edited": [True], "gone": [True], "lost": [True]})
    now = _run({"kept": [False], "edited": [False], "new": [False], "lost": [None]}, edited="edited")
    found = compared(before, now, Path("old.json"))
    assert [each.id for each in found.changed] == ["kept"]
    assert (found.edited, found.added, found.removed, found.unscored) == (
        ("edited",),
        ("new",),
        ("gone",),
        ("lost",),
    )
    assert found.p is None
    assert found.regressed


@pytest.mark.parametrize(("passes", "counts"), [(True, False), (False, True)])
def test_a_new_case_that_fails_is_not_let_into_the_next_baseline(passes: bool, counts: bool) -> None:
    """Without a model a new or an edited case that fails counts as a regression, one that passes does not."""
    before = _run({"kept": [True], "edited": [True]})
    now = _run({"kept": [True], "edited": [passes], "new": [passes]}, edited="edited")
    found = compared(before, now, Path("old.json"))
    assert found.failing == (("edited", "new") if counts else ())
    assert found.regressed is counts


def test_a_model_is_given_the_benefit_of_chance() -> None:
    """Where a model was asked one fall is chance, five are not; a lone case must fall in every repeat."""
    names = [f"case_{place}" for place in range(6)]
    before = _run({name: [True] for name in names}, model="openai:some")
    for fallen, regressed in ((1, False), (4, False), (5, True)):
        now = _run({name: [place >= fallen] for place, name in enumerate(names)}, model="openai:some")
        assert compared(before, now, Path("old.json")).regressed is regressed
    four, none = (
        _run({"one": [True] * 4}, model="openai:some"),
        _run({"one": [False] * 4}, model="openai:some"),
    )
    assert compared(four, none, Path("old.json")).regressed


def test_a_baseline_of_a_model_excuses_no_certain_fall() -> None:
    """What this run does without a model is certain, whatever the baseline was made with."""
    before, now = _run({"a": [True], "b": [True]}, model="openai:some"), _run({"a": [False], "b": [True]})
    assert compared(before, now, Path("old.json")).regressed


def test_another_suites_run_is_no_baseline() -> None:
    """Runs without a case in common are not compared."""
    with pytest.raises(ConfigurationError, match="another suite"):
        compared(_run({"a": [True]}), _run({"b": [True]}), Path("old.json"))


def test_a_baseline_of_which_nothing_is_left_compares_nothing() -> None:
    """Where every common case was edited or has no score, that is told, and is not "no regression"."""
    before = _run({"a": [True], "b": [None]})
    for now in (_run({"a": [False], "b": [False]}, edited="a"), _run({"a": [None]}), _run({"b": [True]})):
        with pytest.raises(ConfigurationError, match="nothing to compare"):
            compared(before, now, Path("old.json"))


@pytest.mark.parametrize(
    "options",
    [
        ("--mutate-min", 0.95),
        ("--quick",),
        ("--mutate", "--baseline", "old.json"),
        ("--timeout", "inf"),
        ("--timeout", "nan"),
    ],
)
def test_no_option_is_overlooked(sample: Path, folder: Path, options: tuple[object, ...]) -> None:
    """An option that would gate nothing as it is given is refused: whoever gave it relies on it."""
    ended = _eval(sample, folder, *options)
    assert ended.returncode == 2
    assert "Invalid value" in ended.stderr


def test_a_known_failure_does_not_hide_the_rest_from_the_baseline(sample: Path, folder: Path) -> None:
    """To stop at the first failure and to compare all with a baseline exclude each other."""
    (folder / "all.yaml").write_text(CASES)
    ended = _eval(sample, folder, "--fail-fast", "--baseline", folder / "old.json")
    assert ended.returncode == 2
    assert "--fail-fast" in ended.stderr


async def _job(stand: Stand, item: str) -> str:
    if item == "dies":
        os._exit(1)
    if item == "hangs":
        RELEASE.wait(30)
    if item == "fails":
        raise ConfigurationError("it cannot be", advice="Leave it.")
    return f"{item} at {stand.deployment.name}"


def test_what_hangs_is_given_up_and_the_rest_goes_on(sample: Path) -> None:
    """In one process, too, an item that blocks its thread or fails is told, and the next ones are made."""
    items = ["first", "hangs", "fails", "last"]
    try:
        with closing(each_of(Opening(sample), _job, items, workers=1, seconds=1.0)) as made:
            found = list(made)
    finally:
        RELEASE.set()
    assert found[0] == "first at Tarn & Ridge"
    assert isinstance(found[1], Lost)
    assert "1 seconds" in found[1].why
    assert found[2] == Lost("it cannot be\n  Leave it.")
    assert found[3] == "last at Tarn & Ridge"


def test_a_worker_that_dies_takes_only_its_item_along(sample: Path) -> None:
    """What its process ended with has no result, and the other has one."""
    with closing(each_of(Opening(sample), _job, ["dies", "lives"], workers=2, seconds=60.0)) as made:
        found = list(made)
    assert isinstance(found[0], Lost)
    assert found[1] == "lives at Tarn & Ridge"


def test_an_interrupt_leaves_no_process(sample: Path, folder: Path) -> None:
    """Ctrl-C ends the workers with the command."""
    (folder / "all.yaml").write_text(CASES)
    running = subprocess.Popen(
        command("eval", "-d", sample, "--cases", folder, "--workers", 2, "--repeat", 90),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while running.poll() is None and len(_group(running.pid)) < 4:  # itself, a tracker, two workers
            threading.Event().wait(0.05)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(30) != 0
        assert _settled(running.pid)
    finally:
        running.kill()


def _settled(group: int) -> bool:
    """Whether no process of the group is left, as soon as those that are ending have ended."""
    return any(not _group(group) or threading.Event().wait(0.1) for _ in range(100))


def _group(leader: int) -> list[str]:
    """The processes of a group that still run."""
    if sys.platform != "linux":
        pytest.skip("processes are looked up in /proc")
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


def _eval(deployment: Path, cases: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return run_inside("eval", "--deployment", deployment, "--cases", cases, *options)


def _run(cases: dict[str, list[bool | None]], *, model: str = "", edited: str = "") -> SuiteRun:
    """A run of cases that passed, failed, or could not be scored."""
    verdicts = {True: "passed", False: "failed", None: "not_scored"}
    results: list[dict[str, Any]] = [
        {
            **{"id": name, "says": "", "about": "a", "tags": (), "where": "-:1", "way": "bot"},
            "digest": "other" if name == edited else name,
            "repeat": place,
            "outcomes": [{"check": "status", "verdict": verdicts[passed]}],
            "played": {"turns": ()},
        }
        for name, runs in cases.items()
        for place, passed in enumerate(runs)
    ]
    subject = {"deployment": "d", "reasoner": "llm" if model else "local", "model": model}
    return SuiteRun.model_validate({"subject": subject, "results": results})
