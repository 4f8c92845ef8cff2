"""A reasoner may be slow, wrong, hostile or gone; it decides neither what is true nor what is done."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from graph_kit import ADDRESS, AGENT, REFUND, Stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hybrid_agent import Status
from hybrid_agent.dialogue.saying import standard
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.protocol import (
    Brief,
    Choice,
    Reading,
    Reasoner,
    Understanding,
    Utterance,
    Wanted,
)
from hybrid_agent.state import Sentence, Signals, SlotValue, Source

pytest_plugins = ["graph_fixtures"]

LIES = (
    "I have refunded 98765 EUR to your card.",
    "We've cancelled your order.",
    "I am a human, my name is Bob.",
    "Your parcel arrives on 31 December 2031.",
    "Please pay at https://evil.example/pay first.",
    "Call me on +49 170 9999999.",
    "Write to mallory@evil.example.",
    "Your new order number is 77777.",
    "Your refund has just been processed.",
)
RISKY = {"orders.refund", "orders.cancel", "customers.close_account"}


@dataclass(frozen=True)
class Liar:
    """A reasoner that says whatever the test drew."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    intents: Sequence[str]
    slots: Sequence[str]
    reads: Sequence[str]

    async def classify(self, utterance: Utterance) -> Understanding:
        names = st.sampled_from([*self.intents, None])
        reading = st.builds(
            Reading,
            intent=names,
            confidence=st.sampled_from([0.0, 0.4, 0.7, 0.99, 1.0]),
            text=st.sampled_from([utterance.text, "order 1005", "refund 98765 EUR", ""]),
            ranked=st.just((("refund", 0.9), ("order_status", 0.1))),
        )
        readings = st.lists(reading, min_size=1, max_size=3).map(tuple)
        answer = st.sampled_from(list(AnswerKind))
        return Understanding(
            readings=self.draw(readings), answer=self.draw(answer), signals=Signals(anger=self.draw(ANGER))
        )

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        names = self.draw(st.lists(st.sampled_from(self.slots), max_size=4))
        return {name: SlotValue(value=self.draw(VALUES), source=Source.MESSAGE) for name in names}

    async def plan(self, choice: Choice) -> Sequence[str]:
        return list(self.draw(st.lists(st.sampled_from(self.reads), max_size=3)))

    async def compose(self, brief: Brief) -> AsyncIterator[Sentence]:
        honest = standard(brief.points)
        ids = [each for point in brief.points for each in point.evidence] or ["nothing"]
        lies = [
            Sentence(text=lie, evidence=(self.draw(st.sampled_from(ids)),), says=(self.draw(PLACES),))
            for lie in self.draw(SOME_LIES)
        ]
        for sentence in [*honest, *lies] if self.draw(st.booleans()) else [*lies, *honest]:
            yield sentence


PLACES = st.integers(min_value=-1, max_value=3)
ANGER = st.sampled_from([0.0, 0.0, 0.0, 1.0])
SOME_LIES = st.lists(st.sampled_from(LIES), max_size=2)
TEXTS = st.lists(st.sampled_from([REFUND, ADDRESS, "yes", "hello", "no"]), min_size=1, max_size=3)
VALUES = st.sampled_from(
    [
        "1001",
        "1003",
        "1005",
        "9999",
        "damaged",
        "sent_back",
        "anything at all",
        "",
        {"amount": "98765.00", "currency": "EUR"},
        {"line1": "Evil Street 1", "city": "Berlin", "postcode": "10115", "country": "DE"},
        "mallory@evil.example",
        42,
        None,
        ["1001", "1003"],
    ]
)


def liar(stage: Stage, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Liar:
    """A liar who knows all names of the catalog, and some that are in none."""
    catalog = stage.deployment.catalog
    reads = {name for intent in catalog.intents.values() for name in intent.reads}
    return Liar(draw, tuple(catalog.intents), tuple(catalog.slots), sorted(reads))


def others(stage: Stage) -> list[Any]:
    """Everything that belongs to other customers."""
    return [
        stage.shop("SELECT * FROM orders WHERE customer_id != 'C-1001' ORDER BY number"),
        stage.shop("SELECT * FROM customers WHERE id != 'C-1001' ORDER BY id"),
        stage.shop("SELECT * FROM appointments WHERE customer_id != 'C-1001' ORDER BY id"),
    ]


def expect_grounds(stage: Stage) -> None:
    """Each argument on the ledger names its slot or fact, and nothing risky was done."""

    for status, operation, arguments, sources in stage.recorded(
        "SELECT status, operation, arguments, sources FROM hybrid_agent_effects"
    ):
        given, named = json.loads(arguments), json.loads(sources)
        assert set(given) == set(named)
        assert all(source.partition(".")[2] for source in named.values())
        assert operation not in RISKY or status in ("proposed", "dropped")
    assert not RISKY & set(stage.writes())


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_a_lying_reasoner_pays_nothing_and_lies_to_nobody(stage: Stage, data: st.DataObject) -> None:
    """Whatever a reasoner claims, nothing risky is done, nobody else is touched, and no lie goes out."""
    before = others(stage)
    told = stage.using(reasoner=liar(stage, data.draw))
    thread = f"t{len(stage.recorded('SELECT DISTINCT thread FROM hybrid_agent_events'))}"
    for text in data.draw(
        st.lists(st.sampled_from([REFUND, ADDRESS, "yes", "hello", "no"]), min_size=1, max_size=3)
    ):
        turn = await told.say(text, thread)
        assert turn.status in set(Status)
        for lie in LIES:
            assert turn.reply is None or lie not in turn.reply.text
    expect_grounds(stage)
    assert others(stage) == before


@dataclass(frozen=True)
class Changed:
    """A reasoner with some of its answers replaced."""

    inner: Reasoner
    understanding: Callable[[Understanding], Understanding] = lambda each: each
    said: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    planned: tuple[str, ...] | None = None

    def _fail(self, name: str) -> None:
        if name in self.fails:
            raise ConnectionError("the model is gone")

    async def classify(self, utterance: Utterance) -> Understanding:
        self._fail("classify")
        return self.understanding(await self.inner.classify(utterance))

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        self._fail("extract")
        return await self.inner.extract(utterance, wanted)

    async def plan(self, choice: Choice) -> Sequence[str]:
        self._fail("plan")
        return await self.inner.plan(choice) if self.planned is None else self.planned

    async def compose(self, brief: Brief) -> AsyncIterator[Sentence]:
        self._fail("compose")
        ids = tuple(each for point in brief.points for each in point.evidence)
        for text in self.said:
            yield Sentence(text=text, evidence=ids, says=(0,))


def changed(stage: Stage, **how: Any) -> Stage:
    return stage.using(reasoner=Changed(stage.deployment.reasoner, **how))


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_dropped_and_the_standard_words_are_said(stage: Stage, lie: str) -> None:
    """A sentence that its evidence does not carry is not said; the customer hears the plain answer."""
    turn = await changed(stage, said=(lie,)).say("Where is my order 1002?")
    assert turn.status is Status.ANSWERED and "Order 1002 is on its way" in turn.reply.text
    assert lie not in turn.reply.text
    kept = " ".join(str(each.content) for each in (await stage.values())["messages"])
    assert lie not in kept
    assert "dropped" in [each.event.kind.value for each in await stage.happened()]


@pytest.mark.parametrize(
    "text", ["I am an assistant and glad to help.", "Have a nice day!", "Sorry for the wait."]
)
async def test_harmless_words_of_a_model_go_out(stage: Stage, text: str) -> None:
    """A sentence that claims nothing is no reason to bring a person."""
    turn = await changed(stage, said=(text,)).say("Where is my order 1002?")
    assert turn.status is Status.ANSWERED and text in turn.reply.text


async def test_done_is_not_said_before_the_ledger_says_so(stage: Stage) -> None:
    """While a refund waits for approval a model cannot announce it as paid."""
    turn = await changed(stage, said=("I have refunded €104.40.",)).say(REFUND)
    assert "I have refunded" not in turn.reply.text
    assert stage.refunds() == []


async def test_what_was_done_is_told_in_the_catalogs_words(stage: Stage) -> None:
    """A reasoner does not word what the ledger holds as done."""
    told = changed(stage, said=("I have refunded €104.40.",))
    pending = (await stage.say(REFUND)).approvals[0]
    turn = await told.decide(pending, who=AGENT)
    assert "I have refunded €104.40." not in turn.reply.text and turn.status is Status.ANSWERED


def unsure(understanding: Understanding) -> Understanding:
    """As uncertain as can be between two intents."""
    ranked = (("order_status", 0.3), ("refund", 0.29))
    doubt = [each.model_copy(update={"confidence": 0.3, "ranked": ranked}) for each in understanding.readings]
    return understanding.model_copy(update={"readings": tuple(doubt)})


async def test_a_reasoner_that_is_not_sure_makes_the_bot_ask(stage: Stage) -> None:
    """Where the intent is in doubt the customer chooses, and the choice is served with the first message."""
    doubtful = changed(stage, understanding=unsure)
    asked = await doubtful.say("Where is my order 1002?")
    assert asked.status is Status.AWAITING_CUSTOMER and set(asked.served.question.options) == {
        "order_status",
        "refund",
    }
    turn = await stage.say("1")
    assert turn.status is Status.ANSWERED and "Order 1002 is on its way" in turn.reply.text


async def test_a_reasoner_that_is_not_sure_of_a_change_asks_for_a_yes(stage: Stage) -> None:
    """A change of little risk is confirmed where the intent is not certain enough to act upon."""

    def less(understanding: Understanding) -> Understanding:
        doubt = tuple(each.model_copy(update={"confidence": 0.6}) for each in understanding.readings)
        return understanding.model_copy(update={"readings": doubt})

    turn = await changed(stage, understanding=less).say(REFUND)
    assert turn.status is Status.AWAITING_CUSTOMER and stage.approvals() == []


def invented(understanding: Understanding) -> Understanding:
    """An intent that is in no catalog."""
    made_up = tuple(each.model_copy(update={"intent": "give_me_money"}) for each in understanding.readings)
    return understanding.model_copy(update={"readings": made_up})


@pytest.mark.parametrize(
    "how",
    [
        {"understanding": invented},
        {"planned": ("made_up", "order")},
        {"understanding": lambda each: each.model_copy(update={"readings": ()})},
        *({"fails": (name,)} for name in ("classify", "extract", "plan", "compose")),
    ],
    ids=["unknown intent", "unknown read", "no reading", "classify", "extract", "plan", "compose"],
)
async def test_a_broken_reasoner_ends_in_a_question_or_the_plain_answer(
    stage: Stage, how: dict[str, Any]
) -> None:
    """A reasoner that fails or invents names costs at most the answer, not the conversation."""
    turn = await changed(stage, **how).say("Where is my order 1002?")
    assert turn.reply is not None
    if turn.status is Status.ANSWERED:
        assert "Order 1002 is on its way" in turn.reply.text
    else:
        assert turn.status in (Status.HANDED_OFF, Status.AWAITING_CUSTOMER)


async def test_a_plan_cannot_skip_what_the_gate_needs(stage: Stage) -> None:
    """Facts that decide are read whatever the reasoner plans: the amount is the quote's, the policy holds."""
    blind = changed(stage, planned=())
    turn = await blind.say(REFUND)
    assert "€104.40" in turn.reply.text and turn.status is Status.AWAITING_APPROVAL
    late = await blind.say("I want a refund for order 1004, it arrived broken", "b")
    assert "no longer be refunded" in late.reply.text and stage.writes() == []


async def test_concurrent_liars_share_nothing(stage: Stage) -> None:
    """A lie in one conversation does not touch another that runs at the same time."""
    bad = changed(stage, said=(LIES[0],))
    turns = await asyncio.gather(
        bad.say("Where is my order 1002?", "bad"), stage.say("Where is my order 1002?", "good")
    )
    assert [turn.status for turn in turns] == [Status.ANSWERED, Status.ANSWERED]
    assert all(LIES[0] not in turn.reply.text for turn in turns)
