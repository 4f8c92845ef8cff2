"""Streaming: the customer sees a sentence only once it has passed the guard."""

import asyncio
from dataclasses import dataclass, field

import pytest
from graph_kit import AGENT, ANNA, REFUND, Stage
from llm_kit import BOTH, STATUS, acting, kinds, lines, said_by, script, wired, wordless
from openai_wire import cut, trickle

from hybrid_agent import Status
from hybrid_agent.session import Turn
from hybrid_agent.settings import Thinking

pytest_plugins = ["graph_fixtures"]

TRUE, ALSO_TRUE = "Order 1002 is on its way with DHL.", "The tracking number is JD014096475893."
LIE = "We have refunded €50.00 to you."


async def streamed(stage: Stage, words: str = STATUS) -> tuple[list[str], Turn]:
    """The pieces of a reply, and the turn."""
    parts = [part async for part in stage.session.stream("t", words, ANNA)]
    turn = parts.pop()
    assert isinstance(turn, Turn)
    return [str(part) for part in parts], turn


async def test_pieces_come_as_they_pass_and_join_to_the_reply(stage: Stage) -> None:
    """Each sentence of the model comes by itself, the standard words last; together they are the reply."""
    async with wired(stage, Thinking.LLM, script(compose=lines(TRUE, ALSO_TRUE))) as told:
        pieces, turn = await streamed(told.stage)
    assert pieces[0].startswith(TRUE) and pieces[1].lstrip().startswith(ALSO_TRUE)
    assert len(pieces) >= 3 and "".join(pieces) == turn.reply.text and turn.status is Status.ANSWERED


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_dropped_sentence_is_never_shown(stage: Stage, place: int) -> None:
    """A sentence that does not pass is in no piece, wherever it stands."""
    said = [TRUE, ALSO_TRUE]
    said.insert(place, LIE)
    async with wired(stage, Thinking.LLM, script(compose=trickle(0.0, lines(*said)))) as told:
        pieces, turn = await streamed(told.stage)
    assert "refunded" not in "".join(pieces) and "".join(pieces) == turn.reply.text
    assert len(await kinds(stage, "dropped")) == 1


@pytest.mark.parametrize("after", [0, 3, 12])
async def test_a_broken_stream_is_completed(stage: Stage, after: int) -> None:
    """What was shown before a stream broke stays the beginning of the reply."""
    broken = cut(after, f"[1] {TRUE}\n[1] {ALSO_TRUE}")
    async with wired(stage, Thinking.LLM, script(compose=broken)) as told:
        pieces, turn = await streamed(told.stage)
    assert "".join(pieces) == turn.reply.text and "25 November 2026" in turn.reply.text


@pytest.mark.parametrize("words", [STATUS, REFUND, "hello"])
async def test_a_reply_without_a_model_comes_whole(stage: Stage, words: str) -> None:
    """Where nothing is worded the reply comes in one piece."""
    async with wired(stage, Thinking.CASCADE, script()) as told:
        pieces, turn = await streamed(told.stage, words)
    assert pieces == [turn.reply.text] and told.asked == []


@pytest.mark.parametrize("how", BOTH)
async def test_what_nobody_may_hear_is_not_shown(stage: Stage, how: Thinking) -> None:
    """A reply whose every sentence lies is a hand-off, of which no lie was shown."""
    async with wired(
        wordless(stage), how, script(compose=lines(LIE, "It arrives on 1 January 2031."))
    ) as told:
        pieces, turn = await streamed(told.stage)
    assert turn.status is Status.HANDED_OFF and "".join(pieces) == turn.reply.text
    assert "refunded" not in "".join(pieces) and "2031" not in "".join(pieces)


@dataclass
class Gate:
    """Stops a stream before its second line until it is let go on."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def pause(self, line: str) -> None:
        """Wait before a line that is not the first."""
        if ALSO_TRUE in line:
            self.reached.set()
            await self.let_go.wait()


async def test_a_person_who_takes_over_stops_it(stage: Stage) -> None:
    """Once a person has the conversation, no further sentence comes, and the bot has said nothing."""
    gate = Gate()
    said = said_by(compose=f"[1] {TRUE}\n[1] {ALSO_TRUE}\n")
    staged = acting(stage, Thinking.LLM, said, pause=gate.pause)
    running = asyncio.create_task(streamed(staged))
    await asyncio.wait_for(gate.reached.wait(), 10)
    await staged.session.take_over("t", AGENT)
    gate.let_go.set()
    pieces, turn = await running
    assert turn.status is Status.HANDED_OFF and turn.reply is None
    assert ALSO_TRUE not in "".join(pieces) and len(pieces) <= 1


async def test_a_sentence_is_shown_before_the_next_is_there(stage: Stage) -> None:
    """The first sentence is on the customer's screen while the model still writes."""
    gate = Gate()
    staged = acting(stage, Thinking.LLM, said_by(compose=f"[1] {TRUE}\n[1] {ALSO_TRUE}\n"), pause=gate.pause)
    stream = staged.session.stream("t", STATUS, ANNA)
    first = await asyncio.wait_for(anext(stream), 10)
    assert str(first).startswith(TRUE) and not gate.let_go.is_set()
    gate.let_go.set()
    rest = [part async for part in stream]
    assert ALSO_TRUE in rest[-1].reply.text


async def test_whoever_leaves_early_leaves_the_turn_whole(stage: Stage) -> None:
    """A customer who closes the window while a reply is streamed can go on afterwards."""
    staged = acting(stage, Thinking.LLM, said_by(compose=f"[1] {TRUE}\n"))
    stream = staged.session.stream("t", STATUS, ANNA)
    await anext(stream)
    await stream.aclose()
    turn = await staged.say("Where is my order 1003?")
    assert turn.status in set(Status) and turn.reply is not None
