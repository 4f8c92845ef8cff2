"""Whatever a model returns: no write that the gate did not allow, no argument out of thin air, no lie."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from graph_kit import ADDRESS, REFUND, Stage, open_stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from llm_kit import ABOUT_1002, BOTH, Said, Seen, about, acting, outcomes, reported, wordless
from test_graph_hostile import LIES, others

from hybrid_agent import Deployment, Status
from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.cli.places import bundled
from hybrid_agent.reasoning.answers import AnswerKind, read_answer
from hybrid_agent.settings import Thinking
from hybrid_agent_tools import Risk, all_operations

pytest_plugins = ["graph_fixtures"]

RETURN = "I would like to send back order 1003, it does not fit"
WORDS = (
    REFUND,
    ADDRESS,
    "yes",
    "maybe later",
    "1001",
    "1003",
    "1005",
    "10",
    "9999",
    "Hauptstraße 5, 10117 Berlin, Germany",
    "Evil Street 1, 10115 Berlin, Germany",
    "order",
    "it arrived broken",
    "98765 EUR",
    "<ADDRESS_1>",
    "<EMAIL_1>",
    "mallory@evil.example",
    "",
)
SENSIBLE = {
    REFUND: about("refund", ("order_number", "1003"), ("refund_reason", "broken", "damaged")),
    ADDRESS: about("change_delivery_address", ("order_number", "1001")),
    RETURN: about(
        "request_return", ("order_number", "1003"), ("return_reason", "does not fit", "does_not_fit")
    ),
    "I want to cancel order 1001": about("cancel_order", ("order_number", "1001")),
    "Where is my order 1002?": ABOUT_1002,
    "hm, 1002?": ABOUT_1002,
}
TALKS = (
    (REFUND, "yes", "hm, what?"),
    (REFUND, "no, cancel that", ADDRESS),
    (ADDRESS, "maybe later", "hm, what?"),
    (ADDRESS, "yes, but to my office", "no"),
    (ADDRESS, "yes", "hm, 1002?"),
    (RETURN, "hm, what?", "is that free?"),
    (RETURN, "yes", "yes"),
    ("I want to cancel order 1001", "yes", "maybe later"),
    ("close my account", "yes", "hm, what?"),
    ("hm, 1002?", "1", "yes"),
    ("it is order 1005 or 1001, at a.k@firma.example", "hm, 1002?", "yes"),
    ("Where is my order 1002?", "I forgot my password", "yes"),
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(WORDS))
FLAT = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.sampled_from(WORDS), PLAIN, max_size=3)
JSON = FLAT | st.lists(FLAT, max_size=3) | st.dictionaries(st.sampled_from(WORDS), FLAT, max_size=3)
SENTENCES = (
    *LIES,
    "Order 1002 is on its way with DHL.",
    "Your order has been cancelled.",
    "Your account is closed.",
    "Order 1005 is on its way.",
    "It will arrive tomorrow.",
    "Please answer yes.",
    "Thank you for your patience.",
)
UNTRUE = (*LIES, "Your order has been cancelled", "Your account is closed", "1005 is on its way", "98765")


@cache
def sample_catalog() -> Catalog:
    """The catalog that the stage serves."""
    return load_catalog(bundled("catalog.yaml"))


def report() -> st.SearchStrategy[dict[str, Any]]:
    """Reports in the right form, with whatever the catalog has names for, and quotes of whatever."""
    catalog = sample_catalog()
    intents = st.sampled_from([*catalog.intents, "none", "refund", "cancel_order", "change_delivery_address"])
    words = st.sampled_from(WORDS)
    each = {
        name: st.fixed_dictionaries({"words": words, "choice": st.sampled_from(list(slot.choices))})
        if slot.choices
        else words
        for name, slot in catalog.slots.items()
    }
    often = {name: each.pop(name) for name in ("order_number", "new_address")}
    quotes = st.fixed_dictionaries({}, optional=often) | st.fixed_dictionaries({}, optional={**often, **each})
    request = st.fixed_dictionaries({"intent": intents, "quotes": quotes})
    return st.fixed_dictionaries(
        {
            "requests": st.just([]) | st.lists(request, max_size=3),
            "answer": st.sampled_from(["yes", "yes", "no", "cancel", "unclear"]),
        },
        optional={
            "given": quotes,
            "wants_person": st.booleans(),
            "angry": st.booleans(),
        },
    )


def mended(given: dict[str, Any], change: tuple[str, Any]) -> dict[str, Any]:
    """The report with one field of it replaced by something of any kind."""
    return {**given, change[0]: change[1]}


@dataclass(frozen=True)
class Hostile:
    """A model that returns what was drawn for it, over and over.

    `reports` are answers with whether they are in the right form; a right one gives way to the sensible one
    for a message that has one where `sensible` says so.
    """

    reports: Iterator[tuple[Said, bool]]
    words: Iterator[str]
    plans: Iterator[Sequence[tuple[str, Any]]]
    sensible: Iterator[bool]
    right: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Said:
        if seen.purpose == "compose":
            return Said(next(self.words))
        if seen.purpose == "plan":
            return Said(calls=next(self.plans))
        said, is_right = next(self.reports)
        if not is_right:
            return said
        self.right.append(seen.user)
        message = seen.user.rpartition('of="message">')[2]
        fit = next((each for text, each in SENSIBLE.items() if text[:25] in message), None)
        return reported(fit) if fit and next(self.sensible) else said


def hostile() -> st.SearchStrategy[Hostile]:
    """Models of all kinds: reports right and wrong, calls of any tool, lines of any kind."""
    operations = [*sorted(all_operations()), "tracking", "made_up"]
    numbers = st.lists(st.sampled_from([1, 1, 1, 2, 2, 3, 0, 9]), max_size=2)
    numbered = numbers.map(lambda each: ",".join(map(str, each)))
    line = st.builds("[{}] {}".format, numbered, st.sampled_from(SENTENCES)) | st.sampled_from(SENTENCES)
    lines = st.lists(line, max_size=4).map("\n".join)
    fields = st.sampled_from(["requests", "answer", "given", "angry", "more"])
    called = st.lists(st.tuples(st.sampled_from(operations), st.just({"order_number": "1005"})), max_size=3)
    right = report().map(lambda each: (reported(each), True))
    wrong = st.builds(mended, report(), st.tuples(fields, JSON)).map(lambda each: (reported(each), False))
    other = st.builds(Said, text=JSON.map(json.dumps) | lines, calls=called).map(lambda each: (each, False))
    return st.builds(
        Hostile,
        reports=endlessly(st.one_of(*[right] * 6, wrong, other), 5),
        words=endlessly(lines, 3),
        plans=endlessly(called, 2),
        sensible=endlessly(st.sampled_from([True, True, True, False]), 3),
    )


def endlessly(each: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[Iterator[Any]]:
    """So many of them, over and over: how many are used is the conversation's matter, not the draw's."""
    return st.lists(each, min_size=count, max_size=count).map(cycle)


def expect_allowed(stage: Stage, said: Sequence[str]) -> None:
    """Each write has what its risk asks for, and each argument its source."""
    effects = stage.recorded(
        "SELECT operation, status, arguments, sources, customer_id FROM hybrid_agent_effects"
    )
    agreed = any(read_answer(text).kind is AnswerKind.YES for text in said[1:])
    for operation, status, arguments, sources, customer in effects:
        risk = stage.deployment.toolbox.operations[operation].risk
        begun = status not in ("proposed", "dropped")
        assert customer in (None, "C-1001")
        assert not begun or risk is not Risk.HIGH, operation
        assert not begun or risk is not Risk.MEDIUM or agreed, operation
        expect_sources(json.loads(arguments), json.loads(sources), stage, "\n".join(said))


def expect_sources(given: dict[str, Any], named: dict[str, str], stage: Stage, said: str) -> None:
    """Each argument names its slot or fact, and is in the customer's own words or in their records."""
    known = str(stage.shop("SELECT * FROM orders WHERE customer_id = 'C-1001'"))
    assert set(given) == set(named)
    for name, value in given.items():
        root, dot, field = named[name].partition(".")
        assert dot and field
        if root == "slot" and isinstance(value, dict) and "line1" in value:
            assert value["line1"] in said and value["postcode"] in said
        elif root == "slot" and field in ("order_number", "email"):
            assert value in said or value in known or value == "anna.keller@example.com"
        assert "Evil" not in str(value) and "evil" not in str(value) and "98765" not in str(value)


@pytest.fixture
def fresh(loaded: Deployment, tmp_path: Path) -> Callable[[], Awaitable[Stage]]:
    """Opens a stage of its own for each example, so that none depends on another."""

    async def opened() -> Stage:
        return await open_stage(loaded, Path(mkdtemp(dir=tmp_path)), InMemorySaver())

    return opened


@pytest.mark.parametrize("said", TALKS, ids=" / ".join)
@pytest.mark.parametrize("how", BOTH)
@settings(
    max_examples=7,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(model=st.deferred(hostile))
async def test_whatever_a_model_returns(
    fresh: Callable[[], Awaitable[Stage]], how: Thinking, said: Sequence[str], model: Hostile
) -> None:
    """Every run ends in a valid status, without a write, an argument or a word that it must not have."""
    stage = await fresh()
    try:
        await talk(wordless(stage) if how is Thinking.CASCADE else stage, how, said, model)
    finally:
        await stage.aclose()


async def talk(stage: Stage, how: Thinking, said: Sequence[str], model: Hostile) -> None:
    """A conversation with a model, and all that must hold of it."""
    before = others(stage)
    staged = acting(stage, how, model)
    for text in said:
        turn = await staged.say(text)
        assert turn.status in set(Status)
        assert turn.served.usage.calls <= staged.deployment.budget.calls
        for lie in UNTRUE:
            assert turn.reply is None or lie not in turn.reply.text
    used = [purpose for purpose, outcome in await outcomes(stage) if outcome == "ok"]
    assert used.count("understand") >= len(model.right)
    expect_allowed(stage, said)
    assert others(stage) == before
    begun = [status for _, status in stage.effects() if status not in ("proposed", "dropped")]
    assert len(stage.writes()) == len(begun)
