"""What the bundled cases cover of the sample shop's catalog: a rule without a case would not be missed."""

import pytest

from hybrid_agent.catalog import Catalog, Intent
from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.cli.places import bundled as sample
from hybrid_agent_evals.cases.models import Case
from hybrid_agent_evals.cases.reading import bundled, read_cases

FEWEST = 80
INVARIANTS = [f"invariant_{number}" for number in range(1, 9)]
BLOCKED = "condition"
"""The tag of cases in which a condition of the catalog is what stops an action."""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """The bundled cases, all of which can be read."""
    read = read_cases(bundled())
    assert read.problems == ()
    return [placed.case for placed in read.placed]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The sample shop's catalog."""
    return load_catalog(sample("catalog.yaml"))


def acting(catalog: Catalog) -> dict[str, Intent]:
    """The intents that change something."""
    return {name: intent for name, intent in catalog.intents.items() if intent.action is not None}


def test_there_are_enough_cases(cases: list[Case]) -> None:
    """The suite has at least so many cases, each with a promise of its own."""
    assert len(cases) >= FEWEST


def test_every_intent_has_cases(cases: list[Case], catalog: Catalog) -> None:
    """Every intent of the catalog is what a case is about."""
    assert set(catalog.intents) - {case.about for case in cases} == set()


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_every_invariant_has_cases(cases: list[Case], invariant: str) -> None:
    """Every invariant of the design is tried by a case."""
    assert any(invariant in case.tags for case in cases)


def test_every_escalation_has_a_case(cases: list[Case], catalog: Catalog) -> None:
    """Every rule that brings in a person does so, for its own reason, in a case about its intent."""
    expected = {
        (case.about, reason)
        for case in cases
        if case.expect.hand_off is not None
        for reason in case.expect.hand_off.reasons
    }
    rules = {(name, rule.reason) for name, intent in catalog.intents.items() for rule in intent.escalate}
    assert rules - expected == set()


def test_every_condition_of_an_action_has_a_case(cases: list[Case], catalog: Catalog) -> None:
    """An action has as many cases in which a condition stops it as it has conditions."""
    stopped = [case.about for case in cases if BLOCKED in case.tags and not case.expect.writes]
    lacking = {
        name: len(intent.action.allow) - stopped.count(name)
        for name, intent in acting(catalog).items()
        if intent.action is not None and stopped.count(name) < len(intent.action.allow)
    }
    assert lacking == {}


def test_every_action_is_carried_out_in_a_case(cases: list[Case], catalog: Catalog) -> None:
    """Every action is done in a case about its intent, so that one that never happens is noticed."""
    done = {(case.about, write.operation) for case in cases for write in case.expect.writes}
    acts = {(name, each.action.operation) for name, each in acting(catalog).items() if each.action}
    assert acts - done == set()


def test_every_approver_decides_in_a_case(cases: list[Case], catalog: Catalog) -> None:
    """Every role that may approve does so in a case about the intent."""
    decide = {
        (case.about, role)
        for case in cases
        for turn in case.turns
        if turn.grants and case.expect.writes
        for role in turn.roles or ()
    }
    roles = {
        (name, approver.role)
        for name, intent in acting(catalog).items()
        if intent.action is not None and intent.action.approval is not None
        for approver in intent.action.approval.by
    }
    assert roles - decide == set()
