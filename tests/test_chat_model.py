"""Asking a model: answers in a structure, choices among tools, streams, and what is learnt on the way."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, Literal

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from openai_wire import (
    Answer,
    Lack,
    OpenAIWire,
    Request,
    Script,
    cut,
    empty,
    endless,
    json_text,
    no_model,
    overflow,
    refusal_of,
    slow,
    status,
    structured,
    text,
    tool_calls,
    trickle,
    truncated_json,
    unauthorised,
)
from pydantic import BaseModel, ConfigDict

from hybrid_agent.chat_model import (
    ChatModel,
    Failure,
    Feature,
    Form,
    Limits,
    ModelError,
    ModelSettings,
    Token,
    ToolCall,
    ask,
    chat_model,
    choose,
    close,
    confidence_of,
    connect_model,
    metered,
    stream,
)
from hybrid_agent.chat_model.metering import Budget
from hybrid_agent.chat_model.model import REST
from hybrid_agent.usage import Usage
from hybrid_agent_prompts import Filled

PROMPT = Filled("wish", "a" * 64, "You read what a customer wants.", "Where is my parcel?")
GOOD = {"intent": "track"}
SURE: Sequence[tuple[str, float]] = (('{"intent": "', 0.0), ("tr", -0.1), ("ack", -0.2), ('"}', -0.3))
TOOLS: list[dict[str, Any]] = [
    {"name": name, "description": f"Reads the {name}.", "parameters": {"type": "object", "properties": {}}}
    for name in ("order", "parcel")
]


class Wish(BaseModel):
    """What a customer wants."""

    model_config = ConfigDict(extra="forbid")
    intent: Literal["track", "refund"]


@asynccontextmanager
async def wired(
    script: Script, *, without: Sequence[Lack] = (), key: str | None = None, **settings: Any
) -> AsyncIterator[tuple[ChatModel, OpenAIWire]]:
    """A model connected to a scripted server."""
    with OpenAIWire(script, without=without, key=key) as wire:
        given = {"name": "openai:scripted", "base_url": wire.base_url, "timeout": 5, "retries": 0, **settings}
        model = connect_model(ModelSettings.model_validate(given))
        try:
            yield model, wire
        finally:
            await close(model)


async def test_an_answer_comes_by_native_tool_call_where_the_server_has_them() -> None:
    """The first form that is tried is a call of a tool that has the form's schema."""
    async with wired([structured(GOOD)]) as (model, wire):
        asked = await ask(model, PROMPT, Wish, purpose="test")
    assert (asked.value.intent, asked.form) == ("track", Form.TOOLS)
    assert wire.requests[0].forced_tool == "Wish"
    assert (wire.requests[0].system, wire.requests[0].user) == (PROMPT.system, PROMPT.user)


async def test_a_refused_form_is_never_tried_again() -> None:
    """A server without tools is asked by JSON schema, and the next time at once."""
    async with wired(lambda _: structured(GOOD), without=["tools"]) as (model, wire):
        forms = [(await ask(model, PROMPT, Wish, purpose="test")).form for _ in range(2)]
    assert forms == [Form.JSON_SCHEMA, Form.JSON_SCHEMA]
    assert [bool(request.tools) for request in wire.requests] == [True, False, False]


async def test_plain_json_works_with_any_server() -> None:
    """Where neither tools nor schemas are known, the schema stands in the prompt and the text is searched."""
    said = 'Sure! {not this} ```json\n{"intent": "refund"}\n``` I hope that helps.'
    async with wired([text(said)], without=["tools", "json_schema"]) as (model, wire):
        asked = await ask(model, PROMPT, Wish, purpose="test")
    assert (asked.value.intent, asked.form) == ("refund", Form.JSON)
    assert '"refund"' in wire.requests[-1].system


async def test_a_form_that_gets_no_object_twice_in_a_row_is_left() -> None:
    """Each bad answer goes on to the next form at once; after the second the form is left alone."""

    def only_by_schema(request: Request) -> Answer:
        return structured(GOOD) if request.schema else text("I'd rather talk.")

    async with wired(only_by_schema) as (model, wire):
        for _ in range(3):
            assert (await ask(model, PROMPT, Wish, purpose="test")).form is Form.JSON_SCHEMA
    assert [bool(request.tools) for request in wire.requests] == [True, False, True, False, False]


async def test_a_form_that_was_left_is_tried_again_after_a_while() -> None:
    """Two bad moments do not switch a form off for the life of the process."""
    now = [0.0]
    bad, good = text("no"), structured(GOOD)
    async with wired([bad, good, bad, good, good, good]) as (model, _):
        model.memory.breaker.clock = lambda: now[0]
        forms = [(await ask(model, PROMPT, Wish, purpose="test")).form for _ in range(3)]
        now[0] += REST
        forms.append((await ask(model, PROMPT, Wish, purpose="test")).form)
    assert forms == [Form.JSON_SCHEMA] * 3 + [Form.TOOLS]


@pytest.mark.parametrize(
    "bad",
    [
        structured({"intent": "steal"}),
        tool_calls({"Wish": '{"intent": "tra'}),
        json_text({"intents": []}),
    ],
    ids=["invalid", "broken off", "in the text"],
)
async def test_an_object_that_does_not_fit_says_nothing_against_its_form(bad: Answer) -> None:
    """What one customer's message makes a model say takes no form from the others."""
    script: list[Answer] = []
    async with wired(lambda _: script.pop(0)) as (model, _):
        for _ in range(3):
            script[:] = [bad, structured(GOOD)]
            assert (await ask(model, PROMPT, Wish, purpose="test")).form is Form.JSON_SCHEMA
        script[:] = [structured(GOOD)]
        assert (await ask(model, PROMPT, Wish, purpose="test")).form is Form.TOOLS


async def test_a_usable_answer_clears_a_forms_record() -> None:
    """Two unusable answers with a good one between them do not count as two in a row."""
    bad = text("no")
    script = [bad, structured(GOOD), structured(GOOD), bad, structured(GOOD), structured(GOOD)]
    async with wired(script) as (model, _):
        forms = [(await ask(model, PROMPT, Wish, purpose="test")).form for _ in range(4)]
    assert forms == [Form.JSON_SCHEMA, Form.TOOLS, Form.JSON_SCHEMA, Form.TOOLS]


@pytest.mark.parametrize(
    "bad",
    [
        tool_calls({"Wrong": GOOD}),
        tool_calls({"Wish": '{"intent": "tra'}),
        tool_calls({"Wish": {"intent": 7}}),
        tool_calls({"Wish": {"intent": "steal"}}),
        tool_calls({"Wish": {"intent": "track", "extra": 1}}),
        tool_calls({"Wish": "[]"}),
        json_text(["track"]),
        empty(),
        endless("```\n", 200),
    ],
)
async def test_an_answer_of_the_wrong_name_or_type_is_unusable(bad: Answer) -> None:
    """Whatever does not fit the form is refused, by every form, and never passed on."""
    async with wired(lambda _: bad) as (model, wire):
        with pytest.raises(ModelError) as caught:
            await ask(model, PROMPT, Wish, purpose="test")
    assert caught.value.kind is Failure.UNUSABLE
    assert len(wire.requests) == len(Form)


async def test_a_call_written_into_the_text_counts() -> None:
    """Servers that do not read a model's calls pass them on as text; the call in it is found."""
    said = '{{"name": "Wish", "arguments": {"intent": "track"}}}}\n```\n```'
    async with wired([text(said)]) as (model, _):
        assert (await ask(model, PROMPT, Wish, purpose="test")).value.intent == "track"


async def test_token_probabilities_come_with_a_form_that_shows_them() -> None:
    """Where they are wanted the answer comes as text, and its tokens say how sure the model was."""
    async with wired([json_text(GOOD, logprobs=SURE)]) as (model, wire):
        asked = await ask(model, PROMPT, Wish, purpose="test", tokens=True)
    assert asked.form is Form.JSON_SCHEMA
    assert wire.requests[0].body["logprobs"] is True
    assert confidence_of("track", asked.tokens) == pytest.approx(math.exp(-0.6))


async def test_refused_token_probabilities_are_not_asked_for_again() -> None:
    """A server without them answers without them, at the cost of one refused request in all."""
    async with wired(lambda _: structured(GOOD), without=["logprobs"]) as (model, wire):
        for _ in range(2):
            assert (await ask(model, PROMPT, Wish, purpose="test", tokens=True)).tokens == ()
    assert ["logprobs" in request.body for request in wire.requests] == [True, False, False]


async def test_token_probabilities_that_never_come_are_given_up() -> None:
    """A server that passes over the wish is asked by the usual form from then on."""
    async with wired(lambda _: structured(GOOD)) as (model, _):
        forms = [(await ask(model, PROMPT, Wish, purpose="test", tokens=True)).form for _ in range(2)]
    assert forms == [Form.JSON_SCHEMA, Form.TOOLS]


def test_confidence_is_that_of_exactly_the_value() -> None:
    """A key of the same name, a longer value and the tokens around do not count; the closing quote does."""
    spelled = (
        Token('{"track": "tracking", "intent": ', -5.0),
        Token('"', -5.0),
        Token("tra", -0.25),
        Token("ck", -0.25),
        Token('",', -0.5),
        Token(' "x": 1}', -5.0),
    )
    assert confidence_of("track", spelled) == pytest.approx(math.exp(-1.0))
    assert confidence_of("refund", spelled) is None
    assert confidence_of("track", ()) is None


async def test_only_tools_on_offer_are_chosen() -> None:
    """Unknown tools and unreadable arguments are dropped and counted with the call."""
    script = [tool_calls({"order": {}}, {"refund_money": {"all": True}}, {"parcel": "{"}, {"parcel": ""})]
    async with wired(script) as (model, wire):
        with metered(None, Usage()) as running:
            chosen = await choose(model, PROMPT, TOOLS, purpose="plan")
    assert [call.name for call in chosen.calls] == ["order", "parcel"]
    assert chosen.dropped == 2
    assert running.calls[0].outcome == "ok, 2 dropped"
    assert wire.requests[0].tools == ["order", "parcel"]


async def test_no_tool_is_a_choice() -> None:
    """A model that answers in words has chosen no tool."""
    async with wired([text("Nothing to look up.")]) as (model, _):
        assert (await choose(model, PROMPT, TOOLS, purpose="plan")).calls == ()


async def test_a_model_without_tools_chooses_by_name() -> None:
    """The names come as a list, each once, and none that was not on offer."""
    async with wired(lambda _: structured({"tools": ["parcel", "parcel"]}), without=["tools"]) as (
        model,
        wire,
    ):
        chosen = [await choose(model, PROMPT, TOOLS, purpose="plan") for _ in range(2)]
    assert [[call.name for call in each.calls] for each in chosen] == [["parcel"], ["parcel"]]
    assert "Reads the parcel." in wire.requests[-1].system
    assert len(wire.requests) == 3


async def test_answers_without_an_object_take_no_tool_calls_from_choices() -> None:
    """A model that fails to report by a tool call may still choose by one."""

    def answer(request: Request) -> Answer:
        return tool_calls({"parcel": {}}) if "parcel" in request.tools else text("no")

    async with wired(answer) as (model, _):
        for _ in range(2):
            with pytest.raises(ModelError):
                await ask(model, PROMPT, Wish, purpose="test")
        chosen = await choose(model, PROMPT, TOOLS, purpose="plan")
    assert chosen.calls == (ToolCall("parcel"),)


async def test_choices_that_are_refused_twice_in_a_row_are_made_by_name() -> None:
    """A server that refuses tools in words that nobody understands is asked for a list of names."""

    def answer(request: Request) -> Answer:
        return status(400, "no") if "parcel" in request.tools else structured({"tools": ["parcel"]})

    async with wired(answer) as (model, _):
        for _ in range(2):
            with pytest.raises(ModelError):
                await choose(model, PROMPT, TOOLS, purpose="plan")
        assert (await choose(model, PROMPT, TOOLS, purpose="plan")).calls == (ToolCall("parcel"),)


async def test_a_stream_comes_in_pieces_and_is_counted() -> None:
    """The pieces together are the text, and the server's own count of tokens is recorded."""
    async with wired([text("It is on its way.", usage=(31, 7))]) as (model, _):
        with metered(None, Usage()) as running:
            pieces = [piece async for piece in stream(model, PROMPT, purpose="compose")]
    assert "".join(pieces) == "It is on its way."
    assert len(pieces) > 1 and all(pieces)
    call = running.calls[0]
    assert (call.tokens_in, call.tokens_out, call.estimated, call.outcome) == (31, 7, False, "ok")


async def test_a_stream_without_counts_is_estimated() -> None:
    """A server that refuses to count is asked without, and tokens follow from the text's length."""
    async with wired(lambda _: text("It is here."), without=["stream_options"]) as (model, _):
        with metered(None, Usage()) as running:
            assert "".join([piece async for piece in stream(model, PROMPT, purpose="c")]) == "It is here."
    assert [call.outcome for call in running.calls] == ["unsupported", "ok"]
    assert running.calls[1].estimated and running.calls[1].tokens_out == 3


async def test_endless_repetition_is_cut_off() -> None:
    """A stream ends at the limit of characters, and the server sees the connection close."""
    async with wired([endless()]) as (model, wire):
        with metered(None, Usage()) as running:
            pieces = [piece async for piece in stream(model, PROMPT, purpose="compose")]
        assert await asyncio.to_thread(wire.hung_up.wait, 5)
    assert len("".join(pieces)) == model.limits.characters
    assert running.calls[0].outcome == "capped"


async def test_a_stream_that_is_left_ends_the_request() -> None:
    """Who closes a stream early closes the connection, and the call is recorded so."""
    async with wired([endless()]) as (model, wire):
        with metered(None, Usage()) as running:
            async with aclosing(stream(model, PROMPT, purpose="compose")) as pieces:
                assert await anext(pieces)
        assert await asyncio.to_thread(wire.hung_up.wait, 5)
    assert [call.outcome for call in running.calls] == ["closed"]


async def test_a_stream_that_breaks_off_says_so_after_what_came() -> None:
    """What came before the cut is passed on, then the failure; the request is not made again."""
    async with wired([cut(after=4)], retries=2) as (model, wire):
        pieces = []
        with metered(None, Usage()) as running, pytest.raises(ModelError) as caught:
            async for piece in stream(model, PROMPT, purpose="compose"):
                pieces.append(piece)  # noqa: PERF401
    assert "".join(pieces) == "one two three"
    assert caught.value.kind is Failure.UNREACHABLE
    assert (len(wire.requests), running.calls[0].tokens_out) == (1, 4)


async def test_a_stream_that_fails_before_its_first_words_is_asked_for_again() -> None:
    """Nothing has been said yet, so the customer sees one whole text."""
    async with wired([cut(after=1), text("All is well.")], retries=1) as (model, _):
        assert "".join([piece async for piece in stream(model, PROMPT, purpose="c")]) == "All is well."


async def test_an_empty_stream_is_unusable() -> None:
    """A stream without a word is a failure, not a reply."""
    async with wired([empty()]) as (model, _):
        with pytest.raises(ModelError, match="empty") as caught:
            assert [piece async for piece in stream(model, PROMPT, purpose="c")]
    assert caught.value.kind is Failure.UNUSABLE


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (unauthorised(), Failure.UNAUTHORISED),
        (status(403, "not yours"), Failure.UNAUTHORISED),
        (no_model(), Failure.UNKNOWN_MODEL),
        (overflow(), Failure.OVERFLOW),
        (status(413), Failure.OVERFLOW),
        (status(429, retry_after=0), Failure.RATE_LIMITED),
        (status(500, "boom"), Failure.UNREACHABLE),
        (status(503), Failure.UNREACHABLE),
        (status(400, "temperature must be 1"), Failure.UNSUPPORTED),
        (cut(), Failure.UNREACHABLE),
        (slow(30), Failure.TIMED_OUT),
        (truncated_json(), Failure.UNUSABLE),
    ],
)
@pytest.mark.parametrize("how", ["ask", "choose", "stream"])
async def test_every_fault_of_a_server_is_one_exception_of_a_kind(
    fault: Answer, kind: Failure, how: str
) -> None:
    """Nothing but ModelError comes out, its kind says what it is, and neither key nor words are in it."""
    async with wired(lambda _: fault, timeout=0.3) as (model, _):
        with metered(None, Usage()) as running, pytest.raises(ModelError) as caught:
            if how == "ask":
                await ask(model, PROMPT, Wish, purpose="test")
            elif how == "choose":
                await choose(model, PROMPT, TOOLS, purpose="test")
            else:
                assert [piece async for piece in stream(model, PROMPT, purpose="test")]
    assert caught.value.kind is kind
    assert "sk-" not in str(caught.value) and "parcel" not in str(caught.value)
    assert running.calls and {call.outcome for call in running.calls} == {kind}


async def test_a_server_that_trickles_does_not_hold_a_turn() -> None:
    """Bytes that keep coming reset a client's time-out, but not ours."""
    async with wired([trickle(0.05, text("slowly " * 50))], timeout=0.3) as (model, _):
        with pytest.raises(ModelError) as caught:
            await ask(model, PROMPT, Wish, purpose="test")
    assert caught.value.kind is Failure.TIMED_OUT


async def test_our_own_cancellation_passes_through() -> None:
    """Who cancels a turn cancels the call, and the call is still counted."""
    async with wired([slow(30)]) as (model, wire):
        with metered(None, Usage()) as running:
            asking = asyncio.ensure_future(ask(model, PROMPT, Wish, purpose="test"))
            while not wire.requests:
                await asyncio.sleep(0.01)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
    assert [call.outcome for call in running.calls] == ["cancelled"]


async def test_any_langchain_model_can_be_asked() -> None:
    """A model without tools, schemas, counts or limits of its own answers by plain JSON."""
    fake = GenericFakeChatModel(messages=iter([AIMessage('{"intent": "track"}'), AIMessage("All well.")]))
    model = chat_model(fake, name="fake", limits=Limits(retries=0))
    with metered(Budget(), Usage()) as running:
        asked = await ask(model, PROMPT, Wish, purpose="test", tokens=True)
        pieces = [piece async for piece in stream(model, PROMPT, purpose="test")]
    assert asked.form is Form.JSON
    assert "".join(pieces) == "All well."
    assert Feature.TOOLS in model.memory.refused
    assert running.calls[-1].estimated


async def test_a_refused_limit_on_tokens_is_left_out() -> None:
    """A server that finds the bound on the answer too large is asked without one."""
    async with wired(lambda _: structured(GOOD), without=["max_tokens"]) as (model, wire):
        await ask(model, PROMPT, Wish, purpose="test")
    assert ["max_completion_tokens" in request.body for request in wire.requests] == [True, False]


async def test_words_that_name_a_feature_do_not_hide_an_overflow() -> None:
    """A prompt that is too long is that, whatever else the message of the server names."""
    said = "This model's maximum context length is 4096 tokens, tools included. Invalid request."
    async with wired([status(400, said, error="context_length_exceeded")]) as (model, _):
        with pytest.raises(ModelError) as caught:
            await ask(model, PROMPT, Wish, purpose="test")
    assert caught.value.kind is Failure.OVERFLOW
    assert not model.memory.refused


async def test_openais_own_words_for_a_model_without_schemas_are_understood() -> None:
    """LangChain warns and raises at once there; with warnings as errors it is still the same refusal."""
    said = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."

    def answer(request: Request) -> Answer:
        return status(400, said) if request.schema else structured(GOOD)

    async with wired(answer) as (model, _):
        model.memory.refuse(Feature.TOOLS)
        assert (await ask(model, PROMPT, Wish, purpose="test")).form is Form.JSON
    assert Feature.JSON_SCHEMA in model.memory.refused


async def test_a_tool_refusal_by_status_500_is_understood() -> None:
    """llama.cpp says so of a model whose template has no tools."""

    def answer(request: Request) -> Answer:
        return status(500, "tools param requires --jinja flag") if request.tools else structured(GOOD)

    async with wired(answer) as (model, _):
        assert (await ask(model, PROMPT, Wish, purpose="test")).form is Form.JSON_SCHEMA
    assert refusal_of("tools").code == 400
