"""What a conversation's model calls took is told, recorded, and agrees with what the server counted."""

import pytest
from graph_kit import AGENT, Stage
from llm_kit import BOTH, STATUS, about, in_turn, kinds, script, wired
from openai_wire import status, structured, text

from hybrid_agent.chat_model import Prices
from hybrid_agent.settings import Thinking
from hybrid_agent.usage import Usage

pytest_plugins = ["graph_fixtures"]

ORDER = structured(about("order_status", ("order_number", "1002")), usage=(100, 20))
WORDS = text("[1] Order 1002 is on its way with DHL.", usage=(60, 12))
PRICES = Prices(input=2.0, output=10.0)


def plain(usage: Usage) -> tuple[int, int, int]:
    """Calls, tokens in and tokens out."""
    return usage.calls, usage.tokens_in, usage.tokens_out


async def test_a_turn_tells_what_it_took(stage: Stage) -> None:
    """Usage is what the server counted, calls and tokens, at the model's prices."""
    async with wired(stage, Thinking.LLM, script(ORDER, WORDS), prices=PRICES) as told:
        turn = await told.say(STATUS)
    assert plain(turn.served.usage) == (len(told.wire.requests), 160, 32) == plain(turn.served.total)
    assert turn.served.usage.cost == pytest.approx(160 * 2e-6 + 32 * 10e-6)
    assert turn.served.usage.seconds > 0


async def test_each_call_is_an_event(stage: Stage) -> None:
    """Every request is one event with purpose, prompt, tokens and outcome; their sum is the turn's."""
    async with wired(stage, Thinking.LLM, script(in_turn(status(500), ORDER), WORDS)) as told:
        turn = await told.say(STATUS)
    seen = await kinds(stage, "consulted")
    assert [(each["purpose"], each["outcome"]) for each in seen] == [
        ("understand", "unreachable"),
        ("understand", "ok"),
        ("compose", "ok"),
    ]
    assert [each["prompt"].partition("@")[0] for each in seen] == ["understand", "understand", "compose"]
    assert all(
        each["model"] == "openai:scripted" and len(each["prompt"].partition("@")[2]) == 12 for each in seen
    )
    assert len(seen) == len(told.wire.requests) == turn.served.usage.calls
    assert sum(each["tokens_in"] for each in seen) == turn.served.usage.tokens_in
    assert sum(each["tokens_out"] for each in seen) == turn.served.usage.tokens_out == 32
    assert not any(each["estimated"] for each in seen)


@pytest.mark.parametrize("how", BOTH)
async def test_a_conversation_adds_up(stage: Stage, how: Thinking) -> None:
    """The total grows by each turn's usage, through turns without a call, and through another process."""
    total, said = Usage(), [STATUS, "hm, 1002?", "yes", "I want to cancel order 1001", "no", "my parcel 1002"]
    async with wired(stage, how, script(ORDER, WORDS), prices=PRICES) as told:
        for words in said:
            turn = await told.say(words)
            used = turn.served.usage
            cost = (total.cost or 0) + (used.cost or 0)
            total = Usage(
                calls=total.calls + used.calls,
                tokens_in=total.tokens_in + used.tokens_in,
                tokens_out=total.tokens_out + used.tokens_out,
            )
            assert plain(turn.served.total) == plain(total)
            total = total.model_copy(update={"cost": cost})
            assert (turn.served.total.cost or 0) == pytest.approx(cost)
        again = await told.stage.on(told.stage.deployment, told.stage.saver).say("thanks")
        assert plain(again.served.total)[0] == total.calls + again.served.usage.calls
        assert again.served.total.calls == len(told.wire.requests) == len(await kinds(stage, "consulted"))


async def test_the_trail_says_where_calls_were_made(stage: Stage) -> None:
    """Understanding is in `classify`, wording in `answer`, and no other step makes calls."""
    async with wired(stage, Thinking.LLM, script(ORDER, WORDS)) as told:
        turn = await told.say(STATUS)
    made = {step.node: [call.purpose for call in step.calls] for step in turn.trail if step.calls}
    assert made == {"classify": ["understand"], "answer": ["compose"]}


async def test_a_server_that_does_not_count_is_estimated(stage: Stage) -> None:
    """Where no usage comes tokens are estimated from the texts, and the events say so."""
    report = structured(about("order_status", ("order_number", "1002")), usage=None)
    async with wired(stage, Thinking.LLM, script(report, text("[1] It is on its way.", usage=None))) as told:
        turn = await told.say(STATUS)
    assert {each["estimated"] for each in await kinds(stage, "consulted")} == {True}
    assert turn.served.usage.tokens_in > 100 and turn.served.usage.tokens_out > 5


async def test_without_a_model_nothing_is_counted(stage: Stage) -> None:
    """A conversation without a model has no usage and no such events."""
    turn = await stage.say(STATUS)
    assert turn.served.usage == turn.served.total == Usage() and await kinds(stage, "consulted") == []


async def test_a_decision_takes_no_model(stage: Stage) -> None:
    """A person's decision is carried out and told without a call, and the total stays."""
    reports = script(structured(about("cancel_order", ("order_number", "1001")), usage=(100, 20)), WORDS)
    async with wired(stage, Thinking.LLM, reports) as told:
        await told.say("I want to cancel order 1001")
        waits = await told.say("yes")
        before = len(told.wire.requests)
        done = await told.stage.decide(waits.approvals[0], who=AGENT)
    assert len(told.wire.requests) == before == done.served.total.calls
