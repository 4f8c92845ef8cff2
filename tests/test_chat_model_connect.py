"""Connecting to a model: its settings, its key, what is missing, and the check at the start."""

import asyncio
import math
import subprocess
import sys
from pathlib import Path
from typing import Any, TypedDict

import pytest
import yaml
from langgraph.graph import END, START, StateGraph
from openai_wire import OpenAIWire, Request, cut, structured, text
from pydantic import BaseModel, SecretStr, ValidationError

from hybrid_agent.chat_model import (
    ChatModel,
    ModelSettings,
    ask,
    chat_model,
    close,
    connect_model,
    probe,
    stream,
)
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.settings import read_settings
from hybrid_agent_prompts import Filled

PROMPT = Filled("wish", "a" * 64, "You read what a customer wants.", "Where is my parcel?")
READY = structured({"state": "ready"})


class Wish(BaseModel):
    """What a customer wants."""

    intent: str


def settings(**given: Any) -> ModelSettings:
    """Settings as a file has them."""
    return ModelSettings.model_validate({"name": "openai:scripted", "timeout": 5, "retries": 0, **given})


def test_a_name_alone_is_enough() -> None:
    """`model: openai:gpt-5-mini` stands for the model with all else as it is."""
    assert ModelSettings.model_validate("openai:gpt-5-mini") == ModelSettings(name="openai:gpt-5-mini")


@pytest.mark.parametrize(
    "wrong",
    [
        "gpt-5-mini",
        {"name": "openai:x", "base_url": "ftp://here"},
        {"name": "openai:x", "base_url": "http://user:secret@here/v1"},
        {"name": "openai:x", "api_key": "sk-1"},
        {"name": "openai:x", "api_key_env": "sk-not-a-name"},
        {"name": "openai:x", "timeout": 0},
        {"name": "openai:x", "retries": -1},
        {"name": "openai:x", "options": {"max_retries": 5}},
        {"name": "openai:x", "budget": {"call": 1}},
        {"name": "openai:x", "budget": {"seconds": math.inf}},
        {"name": "openai:x", "budget": {"seconds": 1e15}},
        {"name": "openai:x", "timeout": math.nan},
        {"name": "openai:x", "prices": {"input": math.inf, "output": 1}},
        {"name": "openai:x", "prices": {"input": 1, "output": 1e308}},
        {"name": "openai:x", "prices": {"input": math.nan, "output": 1}},
        ["openai:x"],
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: Any) -> None:
    """A key in the file, an option with a key of its own, a bad address or number: all are mistakes."""
    with pytest.raises(ValidationError):
        ModelSettings.model_validate(wrong)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("gpt-5-mini", "model.name: write provider:name, such as openai:gpt-5-mini"),
        ("openai:sk-proj-SECRET", "model.name: write provider:name"),
        ("http://user:SECRET@host/v1", "model.name: write provider:name"),
        (["openai:SECRET"], "model: write provider:name"),
        ({"name": "openai:x", "api_key_env": "gsk_SECRET"}, "api_key_env: this looks like a key"),
        ({"name": "openai:x", "api_key_env": "sk-proj-SECRET"}, "api_key_env: this looks like a key"),
        ({"name": "openai:x", "base_url": "https://user:SECRET@host/v1"}, "base_url: write http://HOST:PORT"),
        ({"name": "openai:x", "base_url": "http://host/v1?key=SECRET"}, "base_url: write http://HOST:PORT"),
        ({"name": "openai:x", "base_url": "http://host/v1#SECRET"}, "base_url: write http://HOST:PORT"),
        ({"name": "openai:x", "base_url": "http://host/sk-SECRET"}, "base_url: write http://HOST:PORT"),
    ],
)
def test_a_secret_in_the_wrong_place_is_never_told(model: Any, told: str, tmp_path: Path) -> None:
    """The file's line and what to write there are told, without what stands there."""
    file = tmp_path / "support.yaml"
    least = {"name": "Shop", "catalog": "c.yaml", "systems": {"embedded": {}}, "records": "sqlite:///r.db"}
    file.write_text(yaml.safe_dump({**least, "model": model}), "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_settings(file)
    assert told in str(refused.value)
    with pytest.raises(ValidationError) as raw:
        ModelSettings.model_validate(model)
    for said in (str(refused.value), str(raw.value)):
        assert "SECRET" not in said
        assert "pattern" not in said


@pytest.mark.parametrize(
    "name",
    [
        "openai:Qwen/Qwen2.5-1.5B-Instruct",
        "openai:/models/qwen.gguf",
        "ollama:qwen2.5:1.5b",
        "bedrock_converse:anthropic.claude-3-5-sonnet-20240620-v1:0",
        "google_vertexai:claude-sonnet-4@20250514",
        "openai:ft:gpt-4.1-mini:shop::Ab1",
        "openai:skywork-13b",
    ],
)
def test_names_as_providers_have_them_are_taken(name: str) -> None:
    """Paths, tags, versions and fine-tuned models."""
    assert ModelSettings.model_validate(name).name == name


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI without a key says which variable it looked into, and so does a variable of one's own."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        connect_model(settings())
    with pytest.raises(ConfigurationError, match="MY_KEY"):
        connect_model(settings(base_url="http://127.0.0.1:9/v1", api_key_env="MY_KEY"))


async def test_a_key_goes_only_where_it_is_meant_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's key is never sent to another server; the key of a named variable is, and is never shown."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("MY_KEY", "sk-of-mine")
    with OpenAIWire(lambda _: READY) as wire:
        for named in (None, "MY_KEY"):
            model = connect_model(settings(base_url=wire.base_url, api_key_env=named))
            await probe(model)
            assert "sk-" not in repr(model)
            await close(model)
    assert [request.key for request in wire.requests] == ["none", "sk-of-mine"]


def test_the_environment_does_not_redirect_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """`openai:` goes to OpenAI, whatever variables that other tools read are set to."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "true")
    monkeypatch.setenv("OPENAI_PROXY", "http://127.0.0.1:9")

    async def address(model: ChatModel) -> str:
        client: Any = model.clients.here()
        return str(client.root_async_client.base_url)

    assert asyncio.run(address(connect_model(settings()))) == "https://api.openai.com/v1/"


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    """Another provider needs a package of its own."""
    with pytest.raises(ConfigurationError, match=r"pip install .*langchain-mistralai"):
        connect_model(settings(name="mistralai:mistral-small"))


def test_an_unknown_provider_is_refused() -> None:
    """A misspelt provider is found when connecting, not in a conversation."""
    with pytest.raises(ConfigurationError, match="provider"):
        connect_model(settings(name="opnai:gpt-5-mini"))


def test_an_option_that_the_model_does_not_take_is_refused() -> None:
    """The option is named, and what is wrong with it."""
    with pytest.raises(ConfigurationError, match="top_p"):
        connect_model(settings(base_url="http://127.0.0.1:9/v1", options={"top_p": "high"}))


async def test_settings_reach_the_wire() -> None:
    """Model, temperature and options are sent as they stand in the file."""
    with OpenAIWire([READY]) as wire:
        model = connect_model(settings(base_url=wire.base_url, temperature=0.3, options={"seed": 7}))
        await probe(model)
        await close(model)
    body = wire.requests[0].body
    assert (body["model"], body["temperature"], body["seed"]) == ("scripted", 0.3, 7)


async def test_the_check_at_the_start_tells_the_form_that_works() -> None:
    """One call says that the model is there and how it answers in structures."""
    with OpenAIWire([READY]) as wire:
        model = connect_model(settings(base_url=wire.base_url))
        assert await probe(model) == ["openai:scripted answers, in structures by native tools"]
        await close(model)
    assert len(wire.requests) == 1


async def test_the_check_at_the_start_tells_what_is_refused() -> None:
    """A model without tools is told to be one, and what it answers by instead."""
    with OpenAIWire([READY], without=["tools"]) as wire:
        model = connect_model(settings(base_url=wire.base_url))
        lines = await probe(model)
        await close(model)
    assert lines == [
        "openai:scripted answers, in structures by JSON schema",
        "openai:scripted refuses native tool calls",
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("key", "key.*api_key_env"),
        ("name", "not known.*name after the colon"),
        ("gone", "cannot be reached.*base_url"),
        ("words", "no Readiness.*instruction to answer as JSON"),
    ],
)
async def test_the_check_at_the_start_says_what_is_wrong(kind: str, expected: str) -> None:
    """A wrong key, a misspelt model, no server, and a model that only talks: each has its advice."""
    script = [cut()] if kind == "gone" else [text("Hello!")] * 3
    key, models = ("right" if kind == "key" else None), (["other"] if kind == "name" else [])
    with OpenAIWire(script, key=key, models=models) as wire:
        model = connect_model(settings(base_url=wire.base_url))
        with pytest.raises(ConfigurationError, match=f"(?s){expected}"):
            await probe(model)
        await close(model)


def test_a_model_serves_several_event_loops() -> None:
    """A loop's connection is not used by another, and closing one loop's leaves the other's open."""
    with OpenAIWire(lambda _: READY) as wire, asyncio.Runner() as first, asyncio.Runner() as second:
        model = connect_model(settings(base_url=wire.base_url))
        for runner in (first, second, first):
            runner.run(probe(model))
        first.run(close(model))
        second.run(probe(model))
        first.run(probe(model))
        first.run(close(model))
        second.run(close(model))
    assert len(wire.requests) == 5


async def test_a_model_that_was_given_is_not_closed() -> None:
    """Who made a LangChain model goes on using it after the deployment is closed."""
    from langchain_openai import ChatOpenAI
    from openai import DefaultAsyncHttpxClient

    with OpenAIWire(lambda _: text("Hello")) as wire:
        async with DefaultAsyncHttpxClient() as http:
            given = ChatOpenAI(
                model="scripted", base_url=wire.base_url, api_key=SecretStr("k"), http_async_client=http
            )
            model = chat_model(given)
            assert "".join([piece async for piece in stream(model, PROMPT, purpose="t")]) == "Hello"
            await close(model)
            assert not http.is_closed
            assert (await given.ainvoke("Hi")).text == "Hello"


async def test_nothing_of_a_call_goes_into_the_graphs_own_stream() -> None:
    """Who streams a graph's messages sees none of the model's words, which no guard has passed yet."""
    with OpenAIWire(lambda request: text("Unchecked words.") if request.streamed else _wish(request)) as wire:
        model = connect_model(settings(base_url=wire.base_url))

        class Said(TypedDict, total=False):
            said: str

        async def speak(_: Said) -> Said:
            asked = await ask(model, PROMPT, Wish, purpose="test")
            return {
                "said": asked.value.intent + "".join([p async for p in stream(model, PROMPT, purpose="t")])
            }

        builder = StateGraph(Said)
        builder.add_node("speak", speak)
        builder.add_edge(START, "speak")
        builder.add_edge("speak", END)
        graph = builder.compile()
        seen = [each async for each in graph.astream({}, stream_mode=["messages", "values"])]
        await close(model)
    assert [mode for mode, _ in seen if mode == "messages"] == []
    assert seen[-1][1] == {"said": "trackUnchecked words."}
    assert [request.streamed for request in wire.requests] == [False, True]


def test_importing_it_is_light() -> None:
    """Neither a provider's client nor LangChain's models are loaded before a model is connected."""
    script = (
        "import sys, hybrid_agent.chat_model;"
        "heavy = ('openai', 'langchain_openai', 'httpx2', 'tenacity', 'langchain_core.language_models');"
        "print(*[name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def _wish(request: Request) -> Any:
    assert request.forced_tool == "Wish"
    return structured({"intent": "track"})
