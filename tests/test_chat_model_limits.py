"""What a model may take of a turn: retries, Retry-After, circuit breaker, budget, and what is counted."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from openai_wire import (
    Answer,
    OpenAIWire,
    Request,
    Script,
    cut,
    endless,
    slow,
    status,
    structured,
    text,
    unauthorised,
)
from pydantic import BaseModel

from hybrid_agent.chat_model import (
    Budget,
    ChatModel,
    Failure,
    ModelError,
    ModelSettings,
    ask,
    close,
    connect_model,
    metered,
    stream,
)
from hybrid_agent.usage import Call, Usage
from hybrid_agent_prompts import Filled

PROMPT = Filled("wish", "abc123" * 10, "You read what a customer wants.", "Where is my parcel?")


class Wish(BaseModel):
    """What a customer wants."""

    intent: str


GOOD = structured({"intent": "track"}, usage=(100, 20))


@asynccontextmanager
async def wired(script: Script, **settings: Any) -> AsyncIterator[tuple[ChatModel, OpenAIWire]]:
    """A model connected to a scripted server, which pauses hardly at all between attempts."""
    with OpenAIWire(script) as wire:
        given = {"name": "openai:scripted", "base_url": wire.base_url, "timeout": 5, "retries": 2, **settings}
        model = connect_model(ModelSettings.model_validate(given))
        try:
            yield replace(model, limits=replace(model.limits, backoff=0.001)), wire
        finally:
            await close(model)


async def failing(model: ChatModel) -> Failure:
    """How asking fails."""
    with pytest.raises(ModelError) as caught:
        await ask(model, PROMPT, Wish, purpose="test")
    return caught.value.kind


@pytest.mark.parametrize("fault", [cut(), status(408), status(409), status(429), status(500), status(503)])
async def test_transient_failures_are_tried_again(fault: Answer) -> None:
    """A failure that may pass is not the customer's to notice; each attempt is counted."""
    async with wired([fault, fault, GOOD]) as (model, wire):
        with metered(None, Usage()) as running:
            assert (await ask(model, PROMPT, Wish, purpose="test")).value.intent == "track"
    assert len(wire.requests) == len(running.calls) == 3
    assert running.calls[2].outcome == "ok" != running.calls[0].outcome


async def test_attempts_end_with_the_settings_retries() -> None:
    """A server that stays broken is asked once and `retries` times more."""
    async with wired(lambda _: status(500), retries=1) as (model, wire):
        assert await failing(model) is Failure.UNREACHABLE
    assert len(wire.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [unauthorised(), slow(30), status(429, "You are out of credit.", error="insufficient_quota")],
)
async def test_what_will_not_pass_is_not_tried_again(fault: Answer) -> None:
    """A wrong key, a server that takes too long and an empty account are asked once."""
    async with wired(lambda _: fault, timeout=0.2) as (model, wire):
        await failing(model)
    assert len(wire.requests) == 1


async def test_retry_after_is_waited_for() -> None:
    """The next attempt is not made before the server wants it."""
    at: list[float] = []

    def answer(_: Request) -> Answer:
        at.append(time.monotonic())
        return GOOD if at[1:] else status(429, retry_after=0.2)

    async with wired(answer) as (model, _):
        await ask(model, PROMPT, Wish, purpose="test")
    assert at[1] - at[0] >= 0.2


async def test_a_retry_after_beyond_the_budget_is_not_waited_for() -> None:
    """A turn that has no time for it gets its failure at once."""
    async with wired(lambda _: status(429, retry_after=60)) as (model, wire), asyncio.timeout(20):
        with metered(Budget(seconds=5), Usage()):
            assert await failing(model) is Failure.RATE_LIMITED
    assert len(wire.requests) == 1


@pytest.mark.parametrize("fault", [status(429, retry_after=3600), status(503, retry_after=3600)])
async def test_a_long_retry_after_is_not_waited_for(fault: Answer) -> None:
    """Nobody sleeps for an hour, also where no turn's budget forbids it."""
    async with wired(lambda _: fault) as (model, wire), asyncio.timeout(20):
        assert await failing(model) in (Failure.RATE_LIMITED, Failure.UNREACHABLE)
    assert len(wire.requests) == 1


async def test_pauses_between_attempts_are_the_turns_time() -> None:
    """What the server has a turn wait before the next attempt is gone from its budget of seconds."""
    async with wired([status(429, retry_after=0.3), GOOD]) as (model, _):
        with metered(Budget(seconds=20), Usage()) as running:
            await ask(model, PROMPT, Wish, purpose="test")
        left = running.left()
    assert [call.outcome for call in running.calls] == ["rate_limited", "ok"]
    assert running.calls[0].ms >= 290
    assert left is not None and left.seconds <= 20 - 0.29


async def test_a_dead_provider_is_left_alone_and_tried_again_later() -> None:
    """After three failures in a row nothing is sent; after the pause one request tells how it is."""
    now = [0.0]
    script: list[Answer] = [cut()] * 3 + [cut()] + [GOOD] * 2
    async with wired(script, retries=0) as (model, wire):
        model.memory.breaker.clock = lambda: now[0]
        assert [await failing(model) for _ in range(5)] == [Failure.UNREACHABLE] * 3 + [Failure.PAUSED] * 2
        now[0] += model.limits.pause
        assert [await failing(model) for _ in range(2)] == [Failure.UNREACHABLE, Failure.PAUSED]
        now[0] += model.limits.pause
        for _ in range(2):
            await ask(model, PROMPT, Wish, purpose="test")
    assert len(wire.requests) == 6


async def test_only_one_request_tries_a_provider_again() -> None:
    """While one finds out whether it is back, the others do not wait for it."""
    now = [0.0]
    async with wired([cut()] * 3 + [slow(0.2, GOOD)], retries=0) as (model, wire):
        model.memory.breaker.clock = lambda: now[0]
        for _ in range(3):
            await failing(model)
        now[0] += model.limits.pause
        asking = asyncio.ensure_future(ask(model, PROMPT, Wish, purpose="test"))
        while len(wire.requests) < 4:
            await asyncio.sleep(0.005)
        assert await failing(model) is Failure.PAUSED
        assert (await asking).value.intent == "track"


async def test_a_cancelled_trial_leaves_room_for_the_next() -> None:
    """A provider is not given up because the one request that tried it was cancelled."""
    now = [0.0]
    async with wired([cut()] * 3 + [slow(30), GOOD], retries=0) as (model, wire):
        model.memory.breaker.clock = lambda: now[0]
        for _ in range(3):
            await failing(model)
        now[0] += model.limits.pause
        asking = asyncio.ensure_future(ask(model, PROMPT, Wish, purpose="test"))
        while len(wire.requests) < 4:
            await asyncio.sleep(0.005)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await ask(model, PROMPT, Wish, purpose="test")).value.intent == "track"


async def test_an_unusable_answer_does_not_open_the_breaker() -> None:
    """A provider that answers is there, however badly."""
    async with wired(lambda _: text("no")) as (model, _):
        assert [await failing(model) for _ in range(5)] == [Failure.UNUSABLE] * 5


@pytest.mark.parametrize(
    "budget", [Budget(calls=0), Budget(tokens=10), Budget(seconds=0)], ids=["calls", "tokens", "seconds"]
)
async def test_nothing_is_sent_once_the_budget_is_spent(budget: Budget) -> None:
    """A turn without calls, tokens or time left asks nothing, and nothing is counted."""
    async with wired([GOOD]) as (model, wire):
        with metered(budget, Usage()) as running:
            assert await failing(model) is Failure.OVER_BUDGET
    assert wire.requests == running.calls == []


async def test_retries_and_forms_stop_with_the_budget() -> None:
    """Attempts count as calls, so that a turn never makes more than it may."""
    async with wired(lambda _: status(500), retries=10) as (model, wire):
        with metered(Budget(calls=3), Usage()):
            assert await failing(model) is Failure.OVER_BUDGET
    assert len(wire.requests) == 3


async def test_an_answer_may_not_be_longer_than_the_budget() -> None:
    """The bound on the answer's tokens is what the prompt leaves of the turn's."""
    async with wired([GOOD, GOOD]) as (model, wire):
        with metered(Budget(tokens=200), Usage()):
            await ask(model, PROMPT, Wish, purpose="test")
        with metered(Budget(), Usage()):
            await ask(model, PROMPT, Wish, purpose="test")
    bounds = [request.body["max_completion_tokens"] for request in wire.requests]
    assert bounds == [200 - (8 + 5), model.limits.output_tokens]


async def test_a_call_takes_no_longer_than_the_turn_has() -> None:
    """The turn's seconds end a call before its own time-out does, and it is recorded so."""
    async with wired(lambda _: slow(30), timeout=20) as (model, _), asyncio.timeout(10):
        with metered(Budget(seconds=0.2), Usage()) as running:
            assert await failing(model) is Failure.OVER_BUDGET
    assert [call.outcome for call in running.calls] == ["over_budget"]


async def test_turns_without_time_do_not_open_the_breaker() -> None:
    """That some customers' turns have little time left says nothing about the provider."""
    answers = [slow(30), slow(30), slow(30), GOOD]
    async with wired(answers, timeout=20) as (model, _), asyncio.timeout(15):
        for _ in range(model.limits.failures):
            with metered(Budget(seconds=5), Usage(seconds=4.9)):
                assert await failing(model) is Failure.OVER_BUDGET
        assert (await ask(model, PROMPT, Wish, purpose="test")).value.intent == "track"


async def test_a_stream_takes_no_longer_than_a_call_may() -> None:
    """Words that keep coming do not keep a stream open."""
    endlessly = replace(endless(), pause=0.02)
    async with wired([endlessly], timeout=0.3) as (model, _), asyncio.timeout(10):
        with pytest.raises(ModelError) as caught:
            async with aclosing(stream(model, PROMPT, purpose="test")) as pieces:
                async for _ in pieces:
                    pass
    assert caught.value.kind is Failure.TIMED_OUT


async def test_a_call_is_counted_with_what_it_cost() -> None:
    """Tokens are the server's, the cost follows from the prices, the prompt is named with its digest."""
    async with wired([GOOD], prices={"input": 2.0, "output": 10.0}) as (model, _):
        with metered(Budget(), Usage()) as running:
            await ask(model, PROMPT, Wish, purpose="understand")
    call = running.calls[0]
    assert call == Call(
        purpose="understand",
        model="openai:scripted",
        prompt="wish@abc123abc123",
        tokens_in=100,
        tokens_out=20,
        ms=call.ms,
        cost=(100 * 2.0 + 20 * 10.0) / 1_000_000,
    )
    assert call.ms > 0


async def test_a_server_that_does_not_count_is_estimated() -> None:
    """Tokens are then a quarter of the characters, and said to be estimated."""
    async with wired([structured({"intent": "track"}, usage=None)]) as (model, _):
        with metered(Budget(), Usage()) as running:
            await ask(model, PROMPT, Wish, purpose="test")
    call = running.calls[0]
    assert call.estimated
    assert call.tokens_in == 8 + 5
    assert call.tokens_out > 0
