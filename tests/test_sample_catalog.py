"""The sample catalog against the sample shop: whatever state an order is in, there is something to say."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import JsonValue

import hybrid_agent
from hybrid_agent.catalog import Catalog, Intent, holds
from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.catalog.phrasing import render
from hybrid_agent.catalog.policies import policy_values
from hybrid_agent_tools import Toolbox, connect
from hybrid_agent_tools.embedded.sample import create_sample_shop

ORDERS = 40
"""The first orders of the sample shop: those known by name, then every kind of story once."""
REASONS = ("sent_back", "damaged", "wrong_item", "not_arrived", "price_difference", "changed_mind")
Scope = dict[str, JsonValue]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(Path(hybrid_agent.__file__).parent / "sample" / "catalog.yaml")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    return create_sample_shop(path, now=datetime.now(UTC))


@pytest.fixture
async def toolbox(shop: Path) -> AsyncIterator[Toolbox]:
    connection = connect("embedded", {"database": str(shop)}, folder=shop.parent)
    yield Toolbox(connection.systems)
    await connection.close()


def orders(shop: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(shop)
    try:
        rows = connection.execute("SELECT number, customer_id FROM orders ORDER BY number LIMIT ?", (ORDERS,))
        return list(rows)
    finally:
        connection.close()


async def facts(intent: Intent, number: str, customer: str, catalog: Catalog, toolbox: Toolbox) -> Scope:
    policies = dict(policy_values(catalog.policies, datetime.now(UTC).date()))
    scope: Scope = {
        "slot": {"order_number": number},
        "business": dict(catalog.business),
        "policy": policies,
    }
    for name, read in intent.reads.items():
        found = await toolbox.read(read.operation, {"order_number": number}, customer_id=customer)
        assert not isinstance(found, list) and found is not None
        scope[name] = found.model_dump(mode="json")
    return scope


def said(intent: Intent, scope: Scope) -> str | None:
    """What the customer hears before anything is done; None where the action may go on."""
    for rule in intent.escalate:
        if holds(rule.when, scope):
            return rule.say
    for allow in intent.action.allow if intent.action else ():
        if not holds(allow.when, scope):
            return allow.otherwise
    answers = [answer.say for answer in intent.answers if holds(answer.when, scope)]
    return answers[0] if answers else None


async def test_every_state_of_an_order_has_an_answer(catalog: Catalog, shop: Path, toolbox: Toolbox) -> None:
    """No order leaves a question about it without words, or with a hole in them."""
    about = [i for i in catalog.intents.values() if "order_number" in i.slots and i.action is None]
    heard = set()
    for number, customer in orders(shop):
        for intent in about:
            template = said(intent, scope := await facts(intent, number, customer, catalog, toolbox))
            assert template is not None
            assert number in render(template, scope)
            heard.add(template)
    assert len(heard) > 20


async def test_every_refund_is_allowed_or_explained(catalog: Catalog, shop: Path, toolbox: Toolbox) -> None:
    """A refund goes on only where money is left and the goods are back, damaged or wrong."""
    intent = catalog.intents["refund"]
    allowed = set()
    for number, customer in orders(shop):
        scope = await facts(intent, number, customer, catalog, toolbox)
        for reason in REASONS:
            scope["slot"] = {"order_number": number, "refund_reason": reason}
            assert isinstance(scope["quote"], dict)
            scope["argument"] = {"amount": scope["quote"]["refundable"]}
            template = said(intent, scope)
            if template is not None:
                assert render(template, scope)
                continue
            allowed.add(reason)
            order, quote = scope["order"], scope["quote"]
            assert isinstance(order, dict) and isinstance(quote, dict)
            assert order["fulfillment"] == "delivered" and order["cancelled_at"] is None
            assert float(quote["refundable"]["amount"]) > 0  # type: ignore[call-overload, index, arg-type]
            assert reason != "sent_back" or order["returns"] == "returned"
    assert allowed == {"sent_back", "damaged", "wrong_item"}
