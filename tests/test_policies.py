"""Policies in the catalog: one declared value for texts, conditions and the help centre."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import JsonValue, ValidationError

from hybrid_agent.catalog import Catalog, holds
from hybrid_agent.catalog.findings import Finding
from hybrid_agent.catalog.lint import lint
from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.catalog.phrasing import render
from hybrid_agent.catalog.policies import Policy, policy_values, read_value
from hybrid_agent.encoding import default_encoder
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.knowledge import PassageKind
from hybrid_agent.knowledge.contradicting.differing import differing
from hybrid_agent.knowledge.declared import policy_passages

DAY = date(2026, 11, 23)
WINDOW = {"title": "Returns", "says": "Send it back within {value} of delivery.", "value": "30 days"}


def catalog(policies: dict[str, Any], say: str = "Hello.", **intent: Any) -> Catalog:
    """A catalog with these policies and one intent that says something."""
    greet = {"title": "t", "examples": ["a"], "answers": [{"say": say}], "sign_in": False, **intent}
    return Catalog.model_validate({"version": 1, "policies": policies, "intents": {"greet": greet}})


def findings(made: Catalog) -> list[tuple[str, str]]:
    """What the lint says of policies and paths, without what it says of too few examples."""
    found: list[Finding] = lint(made, {}, ())
    return [(each.where, each.message) for each in found if "examples" not in each.where + each.message]


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [
        ("30 days", {"number": 30, "unit": "days"}, "30 days"),
        ("3 working days", {"number": 3, "unit": "working days"}, "3 working days"),
        ("1.5 hours", {"number": 1.5, "unit": "hours"}, "1.5 hours"),
        ("10%", {"number": 10, "unit": "percent"}, "10 percent"),
        ("75 EUR", {"amount": "75", "currency": "EUR"}, "€75"),
        ("€1,250.50", {"amount": "1250.50", "currency": "EUR"}, "€1,250.50"),
        ("SEK 90", {"amount": "90", "currency": "SEK"}, "90 SEK"),
        (date(2026, 12, 24), "2026-12-24", "24 December 2026"),
        ("2026-12-24", "2026-12-24", "24 December 2026"),
        (5, 5, "5"),
        ("3 to 5 working days", "3 to 5 working days", "3 to 5 working days"),
    ],
)
def test_a_value_is_read_as_it_is_written(written: Any, value: JsonValue, shown: str) -> None:
    """Durations, money, percentages, dates, numbers and words need no type: their form says it."""
    assert read_value(written) == value
    assert render("{policy.x}", {"policy": {"x": value}}) == shown


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"value": None}, "there is no value"),
        ({"says": "Within {policy.other}."}, "{value} alone"),
        ({"value": True}, "value"),
        ({"valid_from": DAY, "valid_until": date(2026, 1, 1)}, "is before valid_from"),
        ({"url": "javascript:alert(1)"}, "url"),
    ],
)
def test_a_policy_that_cannot_be_said_is_refused(changed: dict[str, Any], told: str) -> None:
    """A policy without its value, with a hole, an end before its beginning or no web link is an error."""
    with pytest.raises(ValidationError) as error:
        Policy.model_validate({**WINDOW, **changed})
    assert told in str(error.value)


def test_conditions_and_texts_take_a_policys_value() -> None:
    """A limit is declared once: a condition compares with its number and a text says it."""
    made = catalog({"limit": {"title": "Limits", "says": "Up to {value}.", "value": "150 EUR"}})
    scope = {"policy": policy_values(made.policies, DAY), "quote": {"amount": "149.99", "currency": "EUR"}}
    bounds = {"quote.amount": {"at_most": "policy.limit.amount"}}
    when = catalog({}, answers=[{"when": bounds, "say": "x"}]).intents["greet"].answers[0].when
    assert holds(when, scope)
    assert not holds(when, {**scope, "quote": {"amount": "150.01", "currency": "EUR"}})
    assert render("At most {policy.limit}.", scope) == "At most €150."


def test_a_policy_holds_on_its_days_alone() -> None:
    """Outside its validity a policy has no value, and both of its ends are inside."""
    made = catalog({"sale": {**WINDOW, "valid_from": "2026-11-20", "valid_until": "2026-11-23"}})
    assert "sale" in policy_values(made.policies, DAY)
    assert "sale" in policy_values(made.policies, date(2026, 11, 20))
    assert "sale" not in policy_values(made.policies, date(2026, 11, 24))


@pytest.mark.parametrize(
    ("policies", "say", "where", "told"),
    [
        ({"window": WINDOW}, "Within {policy.windows}.", "intents.greet.answers.0", "policy.window"),
        (
            {"window": {**WINDOW, "valid_until": "2026-12-31"}},
            "Within {policy.window}.",
            "intents.greet.answers.0.say",
            "may be missing",
        ),
        ({"window": {**WINDOW, "audience": "internal"}}, "{policy.window}!", "intents.greet", "internal"),
        (
            {"window": {"title": "R", "says": "You can return it.", "value": "30 days"}},
            "Hi.",
            "policies.window.value",
            "nothing uses it",
        ),
    ],
)
def test_the_lint_says_where_a_policy_is_misused(
    policies: dict[str, Any], say: str, where: str, told: str
) -> None:
    """An unknown policy, one that may have ended, one for colleagues and an unused value are named."""
    found = findings(catalog(policies, say))
    assert len(found) == 1 and found[0][0].startswith(where) and told in found[0][1]


def test_a_text_that_will_have_a_hole_one_day_is_an_error() -> None:
    """A policy that ends may not be said without asking whether it holds, for the reply would have a hole."""
    made = catalog({"window": {**WINDOW, "valid_until": "2026-12-31"}}, "Within {policy.window}.")
    assert [each.level for each in lint(made, {}, ()) if each.where.endswith(".say")] == ["error"]


def test_the_lint_is_silent_where_policies_are_used_well() -> None:
    """A value that is said, asked for with `present`, or only compared with is no finding."""
    assert findings(catalog({"window": WINDOW}, "Within {policy.window}.")) == []
    passing = {"window": {**WINDOW, "valid_until": "2026-12-31"}}
    when = {"policy.window": {"present": True}}
    answers = [{"when": when, "say": "Within {policy.window}."}, {"say": "Hi."}]
    assert findings(catalog(passing, answers=answers)) == []


def test_a_text_that_says_another_value_than_the_policy_is_named() -> None:
    """A number written into a text is compared with the policy about the same; one said by path never is."""
    policy = {"window": {**WINDOW, "says": "You can return most items within {value} of delivery."}}
    other = catalog(policy, "Returns are possible within 21 days of delivery.")
    (found,) = differing(other, default_encoder())
    assert found.level == "warning" and "30 days / 21 days" in found.message
    by_path = catalog(policy, "Returns are possible within {policy.window} of delivery.")
    assert differing(by_path, default_encoder()) == []


def test_policies_become_passages_with_all_that_is_said_of_them() -> None:
    """A policy is a passage of its own kind, for the readers, days and product that it names."""
    told = {
        "audience": "internal",
        "tags": ["returns"],
        "url": "https://help.example/returns#window",
        "product": "Tent",
        "valid_until": "2026-12-31",
    }
    made = catalog({"window": {**WINDOW, **told}})
    (passage,) = policy_passages(made.policies, "en")
    assert passage.kind is PassageKind.POLICY and passage.id == "policy:window"
    assert passage.text == "Send it back within 30 days of delivery."
    assert (passage.audience, passage.product, passage.url) == ("internal", "Tent", told["url"])
    assert passage.valid_until == date(2026, 12, 31) and passage.locale == "en"


def test_the_line_of_a_policy_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A policy with an unknown key is told with its file and line, as any part of the catalog."""
    file = tmp_path / "catalog.yaml"
    policies = {"window": {**WINDOW, "vallue": "30 days"}}
    file.write_text(yaml.safe_dump({"version": 1, "policies": policies, "intents": {}}), "utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_catalog(file)
    assert "vallue" in str(error.value) and "catalog.yaml:" in str(error.value)
