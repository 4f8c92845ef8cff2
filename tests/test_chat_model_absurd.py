"""What no honest server sends: counts, probabilities, sizes and errors that cannot be."""

import math
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from openai_wire import Answer, OpenAIWire, structured, text, tool_calls
from pydantic import BaseModel, ValidationError

from hybrid_agent.chat_model import (
    Budget,
    ChatModel,
    Failure,
    Limits,
    ModelError,
    ModelSettings,
    ask,
    chat_model,
    choose,
    close,
    connect_model,
    metered,
    stream,
)
from hybrid_agent.chat_model.failing import failure_of
from hybrid_agent.chat_model.reading import (
    MOST_CALLS,
    MOST_OBJECTS,
    MOST_TOKENS,
    Token,
    objects_in,
    spent_on,
    tokens_of,
)
from hybrid_agent.usage import Call, Usage
from hybrid_agent_prompts import Filled

PROMPT = Filled("wish", "a" * 64, "You read what a customer wants.", "Where is my parcel?")
COUNTS: list[Any] = [
    (2**64, 0),
    (-(10**6), 5),
    (5, -1),
    (1.5, 2),
    (math.inf, 1),
    (True, 7),
    ("a", "b"),
    (MOST_TOKENS + 1, 1),
]


class Wish(BaseModel):
    """What a customer wants."""

    intent: str


class Restless(BaseChatModel):
    """Streams the chunks, without ever waiting for anything; for ever where `again`."""

    chunks: list[AIMessageChunk]
    again: bool = False

    @property
    def _llm_type(self) -> str:
        return "restless"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(""))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._all():
            yield ChatGenerationChunk(message=chunk)

    def _all(self) -> Iterator[AIMessageChunk]:
        yield from self.chunks
        while self.again:
            yield from self.chunks


class WordlessError(Exception):
    """An error that cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def counted(message: AIMessage, tokens_in: Any, tokens_out: Any) -> AIMessage:
    """The message with a server's counts, unchecked as an integration may set them."""
    used: Any = {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": 0}
    message.usage_metadata = used
    return message


def answer_with(logprob: Any) -> AIMessage:
    """A message whose second token has this log-probability."""
    content = [{"token": "tr", "logprob": -0.1}, {"token": "ack", "logprob": logprob}]
    return AIMessage("track", response_metadata={"logprobs": {"content": content}})


async def said(model: ChatModel) -> str:
    """All that the model streams."""
    return "".join([piece async for piece in stream(model, PROMPT, purpose="test")])


async def asked(answer: Answer) -> list[Call]:
    """The calls that an unusable answer in every form makes."""
    with OpenAIWire(lambda _: answer) as wire, metered(Budget(tokens=10**6), Usage()) as meter:
        model = connect_model(ModelSettings(name="openai:scripted", base_url=wire.base_url, retries=0))
        with pytest.raises(ModelError) as caught:
            await ask(model, PROMPT, Wish, purpose="test")
        await close(model)
    assert caught.value.kind is Failure.UNUSABLE
    return meter.calls


@pytest.mark.parametrize("counts", COUNTS, ids=str)
def test_counts_that_cannot_be_are_estimated(counts: tuple[Any, Any]) -> None:
    """A server's absurd numbers count for nothing: the text's length does."""
    spent = spent_on(counted(AIMessage("four" * 3), *counts), asked=9)
    assert (spent.tokens_in, spent.tokens_out, spent.estimated) == (9, 3, True)


def test_counts_that_can_be_are_taken() -> None:
    """The server's own numbers are better than an estimate."""
    spent = spent_on(counted(AIMessage("four"), MOST_TOKENS, 0), asked=9)
    assert (spent.tokens_in, spent.tokens_out, spent.estimated) == (MOST_TOKENS, 0, False)


@pytest.mark.parametrize("tokens", [2**64, -(10**6)])
async def test_an_absurd_count_on_the_wire_does_not_move_the_budget(tokens: int) -> None:
    """Neither is a budget refilled by a negative count nor spent by one beyond all measure."""
    with (
        OpenAIWire([structured({"intent": "track"}, usage=(tokens, 0))]) as wire,
        metered(Budget(), Usage()) as meter,
    ):
        model = connect_model(ModelSettings(name="openai:scripted", base_url=wire.base_url))
        await ask(model, PROMPT, Wish, purpose="test")
        await close(model)
    (call,) = meter.calls
    assert call.estimated
    assert 0 < call.tokens_in + call.tokens_out < 100


async def test_absurd_counts_of_a_stream_are_estimated() -> None:
    """One count that cannot be makes the others worth no more."""
    good: UsageMetadata = {"input_tokens": 5, "output_tokens": 5, "total_tokens": 10}
    chunks = [
        AIMessageChunk(content="Hello", usage_metadata=good),
        AIMessageChunk(content=" there", usage_metadata=good),
    ]
    counted(chunks[1], -(10**6), 0)
    with metered(Budget(), Usage()) as meter:
        assert await said(chat_model(Restless(chunks=chunks))) == "Hello there"
    assert [(call.tokens_out, call.estimated) for call in meter.calls] == [(3, True)]


def test_a_call_has_no_negative_counts() -> None:
    """Whatever counts, what was taken cannot be given back."""
    with pytest.raises(ValidationError):
        Call(purpose="test", model="m", prompt="p", tokens_in=-1)


@pytest.mark.parametrize(
    "logprob", [1e6, math.nan, math.inf, -math.inf, 10**400, -(10**400), True, "0", None]
)
def test_a_probability_that_cannot_be_is_none(logprob: Any) -> None:
    """One absurd log-probability is taken as if none were offered."""
    assert tokens_of(answer_with(logprob)) == ()


@pytest.mark.parametrize(("logprob", "taken"), [(-0.2, -0.2), (1e-7, 0.0), (0, 0.0), (-9999.0, -9999.0)])
def test_a_probability_is_at_most_one(logprob: float, taken: float) -> None:
    """What rounding put above one is one."""
    assert tokens_of(answer_with(logprob)) == (Token("tr", -0.1), Token("ack", taken))


def test_only_so_many_objects_of_a_text_are_read() -> None:
    """Reading a long answer ends, be its braces objects or not."""
    assert len(list(objects_in("{}" * 1_000_000))) == MOST_OBJECTS
    assert list(objects_in("{" * 1_000 + '{"a": 1}')) == []
    assert list(objects_in(" " * 1_000_000 + '{"a": 1}')) == []


@pytest.mark.parametrize(
    "answer",
    [text("{}" * 200_000), text('{"name":"Report","arguments":{}}' * 10_000), text('{"a":' * 50_000)],
    ids=["objects", "written calls", "deep"],
)
async def test_an_answer_of_megabytes_is_unusable_and_no_more(answer: Answer) -> None:
    """It fails as any answer without the form does, in each form that is tried."""
    assert [call.outcome for call in await asked(answer)] == [Failure.UNUSABLE] * 3


async def test_only_so_many_tool_calls_are_read() -> None:
    """The others are dropped and counted."""
    with OpenAIWire([tool_calls(*[{"order": {}}] * (MOST_CALLS + 5))]) as wire:
        model = connect_model(ModelSettings(name="openai:scripted", base_url=wire.base_url))
        tool = {"name": "order", "description": "Reads.", "parameters": {"type": "object", "properties": {}}}
        chosen = await choose(model, PROMPT, [tool], purpose="test")
        await close(model)
    assert (len(chosen.calls), chosen.dropped) == (MOST_CALLS, 5)


async def test_a_stream_that_never_waits_ends_with_its_time() -> None:
    """A model that gives empty pieces without waiting cannot hold the event loop beyond the deadline."""
    model = chat_model(
        Restless(chunks=[AIMessageChunk(content="")], again=True), limits=Limits(timeout=0.05, retries=0)
    )
    with pytest.raises(ModelError) as caught:
        await said(model)
    assert caught.value.kind is Failure.TIMED_OUT


async def test_a_stream_of_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces without a word are counted, so that they end even where there is time."""
    monkeypatch.setattr("hybrid_agent.chat_model.streaming.MOST_EMPTY", 20)
    model = chat_model(Restless(chunks=[AIMessageChunk(content="")] * 30), limits=Limits(600, retries=0))
    with pytest.raises(ModelError, match="20 pieces without a word") as caught:
        await said(model)
    assert caught.value.kind is Failure.UNUSABLE


async def test_some_empty_pieces_before_the_words_are_no_fault() -> None:
    """As they come from a model that reasons first."""
    chunks = [AIMessageChunk(content="")] * 50 + [AIMessageChunk(content="Hello")]
    assert await said(chat_model(Restless(chunks=chunks))) == "Hello"


def test_an_error_that_cannot_say_what_it_is_is_a_failure_too() -> None:
    """Nothing that a client raises breaks the reading of what it raised."""
    assert failure_of(WordlessError(), "m:x").kind is Failure.UNUSABLE


@pytest.mark.parametrize(
    "code", ["²²²", "9" * 500, WordlessError(), 10**5000], ids=["digits", "long", "none", "int"]
)
def test_an_errors_code_may_be_anything(code: Any) -> None:
    """What is no status is not taken for one."""
    raised = ValueError("broken")
    raised.code = code  # type: ignore[attr-defined]
    assert failure_of(raised, "m:x").kind is Failure.UNUSABLE
