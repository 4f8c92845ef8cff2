"""Mutation of the policy: nothing of a catalog is forgotten, and what is weakened is noticed."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from cli_kit import run_inside
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from hybrid_agent import Deployment
from hybrid_agent.catalog import Catalog, Condition, holds
from hybrid_agent.settings import Settings
from hybrid_agent_evals.cases.reading import read_cases
from hybrid_agent_evals.mutating.controls import CONTROLS
from hybrid_agent_evals.mutating.fields import LEFT_ALONE, OPERATORS
from hybrid_agent_evals.mutating.loosening import disjoint, looser_lines, tighter_lines, without_lines
from hybrid_agent_evals.mutating.mutants import Mutant, catalog_of, mutants_of
from hybrid_agent_evals.mutating.parts import COVERED, SETTINGS
from hybrid_agent_evals.mutating.rebuilding import with_catalog
from hybrid_agent_evals.mutating.report import as_json, as_markdown
from hybrid_agent_evals.mutating.scoring import false_alarms, score
from hybrid_agent_evals.mutating.sites import sites
from hybrid_agent_evals.mutating.tried import Fate, Mutated, Tried
from hybrid_agent_evals.mutating.trying import Bench, Trial, check, try_out
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.worlds.world import worlds

pytest_plugins = ["graph_fixtures"]

CONDITIONS = TypeAdapter(Condition)


@pytest.fixture(scope="module")
def mutants(loaded: Deployment) -> tuple[Mutant, ...]:
    """All mutants of the sample."""
    return mutants_of(loaded)


# ----- Nothing is forgotten -----


def test_every_field_of_a_catalog_is_weakened_or_has_a_reason_why_not() -> None:
    """A new field of a catalog needs an operator, or words why no value of it is weaker."""
    declared = {f"{model.__name__}.{name}" for model in _models(Catalog) for name in model.model_fields}
    without_bounds = {each for each in declared if not each.startswith("Bounds.")}
    assert without_bounds == OPERATORS.keys() | LEFT_ALONE.keys()
    assert not OPERATORS.keys() & LEFT_ALONE.keys()
    assert CONTROLS.keys() <= without_bounds
    assert all(OPERATORS.values()) and all(LEFT_ALONE.values())


def test_every_part_of_a_deployment_is_weakened_or_has_a_reason_why_not() -> None:
    """A new part, or a new key of the deployment file, is swapped or said why it is not."""
    assert {each.name for each in fields(Deployment)} == COVERED.keys()
    assert Settings.model_fields.keys() == SETTINGS.keys()
    assert set(SETTINGS.values()) <= COVERED.keys()


def test_every_kind_of_bound_is_loosened() -> None:
    """Each limit lets more through in its own direction, and no bound is left as it is."""
    for bounds in (
        {"above": 5},
        {"at_least": 5},
        {"below": 5},
        {"at_most": 5},
        {"above": "policy.x", "below": 9},
    ):
        condition = CONDITIONS.validate_python({"a.b": bounds})
        assert [each for each, _ in looser_lines(condition, {})], bounds
    whole = CONDITIONS.validate_python({"a.b": {"present": True}, "a.c": {"same_as": "a.d"}})
    assert [sorted(each) for each, _ in without_lines(whole)] == [["a.c"], ["a.b"]]


# ----- What a change means -----

NUMBERS = st.integers(-2_000, 2_000)
LIMITS = st.dictionaries(st.sampled_from(["above", "below", "at_least", "at_most"]), NUMBERS, min_size=1)
STATES = st.sampled_from(["new", "sent", "gone"])
TESTS = st.one_of(LIMITS, STATES, st.lists(STATES, min_size=1, max_size=3))
WRITTEN = st.dictionaries(st.sampled_from(["fact.amount", "fact.state"]), TESTS, min_size=1)


@given(WRITTEN, NUMBERS, STATES)
def test_what_is_loosened_lets_through_all_that_was_let_through(
    written: Mapping[str, Any], amount: int, state: str
) -> None:
    """A looser condition holds wherever the one that stands there does; a tighter one nowhere else."""
    condition = CONDITIONS.validate_python(written)
    facts = {"fact": {"amount": amount, "state": state}}
    known = {"fact.state": ("new", "sent", "gone")}
    for looser, _ in (*without_lines(condition), *looser_lines(condition, known)):
        assert holds(looser, facts) or not holds(condition, facts)
    for tighter, _ in tighter_lines(condition):
        assert holds(condition, facts) or not holds(tighter, facts)


@given(WRITTEN, WRITTEN, NUMBERS, STATES)
def test_disjoint_conditions_never_hold_together(
    one: Mapping[str, Any], other: Mapping[str, Any], amount: int, state: str
) -> None:
    """Answers whose conditions exclude each other may stand in any order: they are not swapped."""
    first, second = CONDITIONS.validate_python(one), CONDITIONS.validate_python(other)
    facts = {"fact": {"amount": amount, "state": state}}
    if disjoint(first, second):
        assert not (holds(first, facts) and holds(second, facts))


def test_each_mutant_is_one_other_catalog_and_always_the_same(
    mutants: tuple[Mutant, ...], loaded: Deployment
) -> None:
    """Ids are unique and do not change; what is written is another catalog than the deployment's."""
    assert mutants == mutants_of(loaded)
    assert len({each.id for each in mutants}) == len(mutants)
    as_it_is = loaded.catalog.model_dump_json()
    for mutant in mutants[::40]:
        if mutant.change is not None:
            assert catalog_of(mutant, loaded.catalog).model_dump_json() != as_it_is, mutant.id


def test_what_a_support_lead_reads_says_what_is_weaker_and_what_would_catch_it(
    mutants: tuple[Mutant, ...],
) -> None:
    """Every mutant that weakens has both in words; a control has what it changes."""
    assert all(each.says and (each.catch or not each.weakens) for each in mutants)
    assert len([each for each in mutants if not each.weakens]) >= 60


def test_autonomy_above_the_operations_own_risk_is_shown_to_have_no_effect(
    mutants: tuple[Mutant, ...], loaded: Deployment
) -> None:
    """Where the gate asks for the same, whatever the autonomy says, the mutant does not count."""
    raised = [each for each in mutants if each.kind == "autonomy raised"]
    operations = loaded.toolbox.operations
    for each in raised:
        (name,) = each.intents or ()
        action = loaded.catalog.intents[name].action
        assert action is not None
        if operations[action.operation].risk == "high":
            assert each.equivalent, each.id


def test_a_rebuilt_deployment_shares_what_its_catalog_does_not_touch(loaded: Deployment) -> None:
    """The same catalog gives the same classifier and help centre; a policy's value is in its passage."""
    same = with_catalog(loaded, loaded.catalog)
    assert same.knowledge is loaded.knowledge
    assert getattr(same.reasoner, "classifier", 0) is getattr(loaded.reasoner, "classifier", 1)
    name, policy = next((n, p) for n, p in loaded.catalog.policies.items() if p.value == "30 days")
    changed = policy.model_copy(update={"value": "77 days"})
    policies = {**loaded.catalog.policies, name: changed}
    other = with_catalog(loaded, loaded.catalog.model_copy(update={"policies": policies}))
    assert other.knowledge is not None and loaded.knowledge is not None
    texts = [each.text for each in other.knowledge.passages]
    assert changed.text in texts and policy.text not in texts
    assert len(texts) == len(loaded.knowledge.passages)


def test_every_operator_finds_something_to_weaken(loaded: Deployment) -> None:
    """Conditions with decimals are walked as a whole, and no field of a part is left out."""
    walked = list(sites(loaded.catalog, loaded.toolbox.operations))
    assert not any(each.field.startswith("Bounds.") for each in walked)
    assert {each.field for each in walked} <= OPERATORS.keys() | LEFT_ALONE.keys()
    assert not any(isinstance(each.place[-1], Decimal) for each in walked)


# ----- The whole run -----

CASE: dict[str, Any] = {
    "id": "cancelled_after_dispatch",
    "says": "An order that has left the warehouse is not cancelled.",
    "about": "cancel_order",
    "customer": "C-1001",
    "turns": [{"customer": "I have no use for 1002 any more, can you cancel that order?"}],
    "expect": {"status": "answered", "way": "bot", "intents": ["cancel_order"]},
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """One case about a condition of an action."""
    file = tmp_path / "cases" / "cancelling.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump({"at": "2026-11-23T10:30:00+01:00", "cases": [CASE]}))
    return file.parent


@pytest.fixture(scope="module")
def stand(loaded: Deployment) -> Iterator[Stand]:
    with worlds() as made, asyncio.Runner() as loop:
        yield Stand(loaded, made, loop)


def test_a_removed_condition_is_noticed_and_an_approval_cannot_be_removed(
    cases: Path, stand: Stand, mutants: tuple[Mutant, ...]
) -> None:
    """The case fails where its condition is gone and stands where another is; `check` refuses the rest."""
    placed = {each.case.id: each for each in read_cases(cases).placed}
    bench = Bench(placed, frozenset(check(stand.deployment.catalog, stand)))
    action = "intents.cancel_order.action"
    fates = {
        each.id.removeprefix(f"{action}."): stand.run(try_out(bench, stand, Trial(each, tuple(placed))))
        for each in mutants
        if each.where in (f"{action}.allow.0", f"{action}.allow.1", f"{action}.approval")
    }
    assert fates["allow.0:a-condition-removed"].fate is Fate.SURVIVED
    assert fates["allow.1:a-condition-removed"].fate is Fate.NOTICED
    assert fates["allow.1:a-condition-removed"].cases == ("cancelled_after_dispatch",)
    assert fates["approval:approval-removed"].fate is Fate.REFUSED


def test_the_same_seed_gives_the_same_bytes_and_too_few_noticed_is_exit_code_1(
    cases: Path, tmp_path: Path
) -> None:
    """A gate may ask for a share of the mutants; what no case is about survives, with what would catch it."""
    files, options = (tmp_path / "one.json", tmp_path / "other.json"), ("--cases", cases, "--workers", 1)
    told = [
        run_inside(
            "eval",
            "--mutate",
            *options,
            "--intent",
            "hours_and_contact",
            "--quick",
            "--mutate-min",
            0.9,
            "--json",
            file,
        )
        for file in files
    ]
    assert [each.returncode for each in told] == [1, 1]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert told[0].stdout == told[1].stdout
    assert "Would catch it:" in told[0].stdout
    assert Fate.SURVIVED in {each["fate"] for each in json.loads(files[0].read_text())["tried"]}


def test_what_is_no_share_is_said_before_anything_is_played(cases: Path) -> None:
    """Exit code 2, and what to write instead."""
    wrong = run_inside("eval", "--mutate", "--cases", cases, "--mutate-min", 7)
    assert wrong.returncode == 2
    assert "--mutate-min" in wrong.stderr
    assert "0.95" in wrong.stderr


def test_a_share_of_nothing_is_no_score(cases: Path, tmp_path: Path) -> None:
    """A slip of an intent's name, or a report that cannot be written, never passes a gate."""
    nowhere = tmp_path / "nowhere" / "mutants.json"
    options = ("--cases", cases, "--workers", 1, "--mutate-min", 0.9, "--json", nowhere)
    slip = run_inside("eval", "--mutate", *options, "--intent", "hours_and_contcat")
    assert slip.returncode == 2
    assert "hours_and_contcat" in slip.stderr and "cannot be written" in slip.stderr


# ----- The report -----


def tried(fate: Fate, id_: str = "a", **more: Any) -> Tried:
    given: dict[str, Any] = {"kind": "k", "where": "w", "says": "s", "catch": "c", "weakens": True, **more}
    return Tried(id=id_, fate=fate, **given)


def test_the_score_counts_neither_controls_nor_what_has_no_effect() -> None:
    """Of what counts, noticed is what a case or `check` noticed."""
    some = (
        tried(Fate.NOTICED),
        tried(Fate.REFUSED),
        tried(Fate.SURVIVED),
        tried(Fate.EQUIVALENT),
        tried(Fate.LOST),
        tried(Fate.NOTICED, weakens=False),
    )
    counted = score(some)
    assert (counted.mutants, counted.by_cases, counted.by_check) == (3, 1, 1)
    assert counted.rate == pytest.approx(2 / 3)
    assert counted.of_cases == 0.5
    low, high = counted.interval
    assert low < 2 / 3 < high
    assert score(()).rate == 1.0


def test_a_report_names_survivors_and_false_alarms_and_lets_no_markup_through() -> None:
    """Both are listed with what a person needs; texts of a catalog cannot break the table or call anybody."""
    mutated = Mutated(
        deployment="Shop",
        seed=0,
        cases=1,
        broken=("old",),
        tried=(
            tried(Fate.SURVIVED, "one", says="a | b\n<b>@team</b>", catch="someone asks"),
            tried(Fate.NOTICED, "two", weakens=False, cases=("brittle",), why="not told: x"),
        ),
    )
    text = as_markdown(mutated)
    assert "## Not noticed (1)" in text and "Would catch it: someone asks" in text
    assert "## False alarms (1)" in text and "brittle" in text
    assert "@team" not in text and "<b>" not in text and "a \\| b" in text
    assert false_alarms(mutated) == [mutated.tried[1]]
    assert Mutated.model_validate_json(as_json(mutated)) == mutated


def _models(annotation: Any, seen: set[type] | None = None) -> Iterator[type[BaseModel]]:
    """Every model that an annotation can hold."""
    seen = set() if seen is None else seen
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation, seen)
    for part in get_args(annotation):
        yield from _models(part, seen)
