"""Whatever a model returns: no write that the gate did not allow, no argument out of thin air, no lie."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from graph_kit import ADDRESS, REFUND, Stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llm_kit import ABOUT_1002, BOTH, Said, Seen, about, acting, outcomes, reported, wordless
from test_graph_hostile import LIES, others

from hybrid_agent import Status
from hybrid_agent.reasoning.answers import AnswerKind, read_answer
from hybrid_agent.settings import Thinking
from hybrid_agent_tools import Risk

pytest_plugins = ["graph_fixtures"]

Draw = Callable[[st.SearchStrategy[Any]], Any]
RETURN = "I would like to send back order 1003, it does not fit"
TEXTS = (
    REFUND,
    ADDRESS,
    RETURN,
    "I want to cancel order 1001",
    "Where is my order 1002?",
    "hm, 1002?",
    "close my account",
    "yes",
    "yes",
    "no",
    "hm, what?",
    "no, cancel that",
    "1",
    "it is order 1005 or 1001, at a.k@firma.example",
)
WORDS = (
    *TEXTS,
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
TALKS = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4) | st.builds(
    lambda wish, *rest: [wish, *rest],
    st.sampled_from(list(SENSIBLE)),
    st.sampled_from(["yes", "yes", "no", "hm, what?", "hm, 1002?"]),
    st.sampled_from(["yes", "yes", "no", "hm, 1002?"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)
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


def report(stage: Stage) -> st.SearchStrategy[dict[str, Any]]:
    """Reports in the right form, with whatever the catalog has names for, and quotes of whatever."""
    catalog = stage.deployment.catalog
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
        {"requests": st.lists(request, max_size=3)},
        optional={
            "answer": st.sampled_from(["yes", "yes", "no", "cancel", "unclear"]),
            "given": quotes,
            "wants_person": st.booleans(),
            "angry": st.booleans(),
        },
    )


def mended(given: dict[str, Any], change: tuple[str, Any]) -> dict[str, Any]:
    """The report with one field of it replaced by something of any kind."""
    return {**given, change[0]: change[1]}


def anything(stage: Stage, draw: Draw, right: list[str]) -> Callable[[Seen], Said]:
    """A model that answers whatever is drawn: reports right and wrong, calls of any tool, any lines.

    What is drawn in the right form goes into `right` as well.
    """
    operations = [*stage.deployment.toolbox.operations, "tracking", "made_up"]
    numbers = st.lists(st.sampled_from([1, 1, 1, 2, 2, 3, 0, 9]), max_size=2).map(
        lambda each: ",".join(map(str, each))
    )
    line = st.builds("[{}] {}".format, numbers, st.sampled_from(SENTENCES)) | st.sampled_from(SENTENCES)
    lines = st.lists(line, max_size=4).map("\n".join)
    fields = st.sampled_from(["requests", "answer", "given", "angry", "more"])
    wrong = st.tuples(fields, JSON)
    called = st.lists(st.tuples(st.sampled_from(operations), st.just({"order_number": "1005"})), max_size=3)
    other = st.builds(Said, text=JSON.map(json.dumps) | lines, calls=called)

    def answer(seen: Seen) -> Said:
        if seen.purpose == "compose":
            return Said(draw(lines))
        if seen.purpose == "plan":
            return Said(calls=draw(called))
        kind = draw(st.integers(0, 9))
        if kind == 0:
            return draw(other)
        if kind == 1:
            return reported(mended(draw(report(stage)), draw(wrong)))
        right.append(seen.user)
        sensible = next((each for text, each in SENSIBLE.items() if seen.user.count(text) == 1), None)
        return reported(sensible if sensible and kind > 5 else draw(report(stage)))

    return answer


def expect_allowed(stage: Stage, thread: str, said: list[str]) -> None:
    """Each write of the thread has what its risk asks for, and each argument its source."""
    effects = stage.recorded(
        "SELECT operation, status, arguments, sources, customer_id "
        "FROM hybrid_agent_effects WHERE thread = ?",
        thread,
    )
    agreed = any(read_answer(text).kind is AnswerKind.YES for text in said)
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


@pytest.mark.parametrize("how", BOTH)
@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
async def test_whatever_a_model_returns(stage: Stage, how: Thinking, data: st.DataObject) -> None:
    """Every run ends in a valid status, without a write, an argument or a word that it must not have."""
    before = others(stage)
    writes = len(stage.writes())
    right: list[str] = []
    spare = wordless(stage) if how is Thinking.CASCADE else stage
    staged = acting(spare, how, anything(stage, data.draw, right))
    thread = f"t{len(stage.recorded('SELECT DISTINCT thread FROM hybrid_agent_events'))}"
    said = data.draw(TALKS)
    for text in said:
        turn = await staged.say(text, thread)
        assert turn.status in set(Status)
        assert turn.served.usage.calls <= staged.deployment.budget.calls
        for lie in UNTRUE:
            assert turn.reply is None or lie not in turn.reply.text
    used = [purpose for purpose, outcome in await outcomes(stage, thread) if outcome == "ok"]
    assert used.count("understand") >= len(right)
    expect_allowed(stage, thread, said)
    assert others(stage) == before
    begun = [status for _, status in stage.effects() if status not in ("proposed", "dropped")]
    assert len(stage.writes()) == len(begun) >= writes
