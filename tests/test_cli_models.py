"""The command line with a language model: a real server on loopback that speaks the OpenAI wire."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_kit import decides, lines_of, run, says
from conftest import copy_of_sample
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from llm_kit import ABOUT_1002
from openai_wire import Answer, OpenAIWire, Request, slow, status, structured, text
from rich.cells import cell_len
from rich.console import Console

from hybrid_agent.cli import app, showing
from hybrid_agent.cli.as_it_comes import Pouring, each_here
from hybrid_agent.cli.check_thinking import asked, thinking_findings
from hybrid_agent.cli.model_use import ModelUse, Override, model_use
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.session import Turn
from hybrid_agent.settings import Settings, Thinking
from hybrid_agent.state import Reply, Served, Status

SOUND, WRONG, UNUSABLE = 0, 1, 2
CARRIED = "Your parcel is with DHL and should arrive by 25 November 2026."
INVENTED = "It will cost 12.99 euros."
QUESTION = "how about my thing number 1002?"
NAME = "openai:scripted"
TAKEN_BACK = "Taken back  What stands above does not count. What does:"
GONE = "http://127.0.0.1:1/v1"


def about_the_order(request: Request) -> Answer:
    """Understands every message as a question about order 1002, and words it with one sentence too many."""
    if request.streamed:
        return text(f"[1] {CARRIED}\n[1] {INVENTED}\n", usage=(300, 30))
    return structured(ABOUT_1002, usage=(700, 20))


@pytest.fixture
def wire() -> Iterator[OpenAIWire]:
    with OpenAIWire(about_the_order) as serving:
        yield serving


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    return copy_of_sample(tmp_path_factory.mktemp("models") / "sample", cache)


Chat = Callable[..., str]
"""Talks to the sample by the command line: from what is typed, options and settings to what is printed."""


@pytest.fixture
def chat(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Chat:
    def played(given: str, *options: str, **settings: Any) -> str:
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        where = ("-d", str(named(shop, **settings)), "--state", str(tmp_path / "state"))
        assert app.run(["chat", *where, *options]) == SOUND
        return capsys.readouterr().out

    return played


def named(file: Path, **settings: Any) -> Path:
    """The deployment with some keys changed, beside the one it is made from."""
    changed = file.with_name("changed.yaml")
    changed.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text("utf-8")), **settings}), "utf-8")
    return changed


def in_one_line(printed: str) -> str:
    return " ".join(printed.split())


def settings(**more: Any) -> Settings:
    least = {"name": "Shop", "catalog": "c.yaml", "systems": {"embedded": {}}, "records": "sqlite:///r.db"}
    return Settings.model_validate({**least, **more})


def test_the_chat_words_a_reply_by_a_model_and_tells_what_it_took(chat: Chat, wire: OpenAIWire) -> None:
    """What passed is said once, what did not is named by /why, with calls, tokens, cost and prompts."""
    prices = {"input": 1, "output": 10, "currency": "EUR"}
    printed = chat(
        f"{QUESTION}\n/why\n/quit\n",
        *("--reasoner", "llm", "--customer", "C-1001"),
        model={"name": NAME, "base_url": wire.base_url, "prices": prices},
    )
    shown = in_one_line(printed)
    assert f"Language model: {NAME} at {wire.base_url}; reasoner: llm" in shown
    assert shown.count(f"Bot {CARRIED} [1] [2]") == 1
    assert INVENTED not in shown
    assert "does not count" not in shown
    for told in (
        "opinions model: order_status",
        "understand: ok; 700 tokens in, 20 out",
        f"0.000900 EUR; {NAME}, understand@",
        "compose: ok; 300 tokens in, 30 out",
        "this turn 2 calls, 1000 tokens in, 50 out",
        "in all 2 calls",
        "0.001500 EUR",
        "dropped a sentence in the model's words: unsupported_money",
    ):
        assert told in shown
    assert max(len(line.removeprefix("C-1001> ")) for line in printed.splitlines()) <= 80


def test_lines_for_programs_have_what_a_turn_and_a_conversation_took(chat: Chat, wire: OpenAIWire) -> None:
    """Options name the model; each line has its calls, and the conversation's sum grows."""
    given = [says(QUESTION, "t"), says(QUESTION, "t"), decides("take_over", "t"), says(QUESTION, "other")]
    options = ("--jsonl", "--model", NAME, "--base-url", wire.base_url, "--reasoner", "llm")
    printed = chat(lines_of(given).decode(), *options)
    first, second, taken, other = (json.loads(line) for line in printed.splitlines())
    assert first["usage"]["turn"].keys() == {"calls", "tokens_in", "tokens_out", "seconds", "cost"}
    assert first["usage"]["turn"] == first["usage"]["conversation"]
    assert [call["purpose"] for call in first["calls"]] == ["understand", "compose"]
    assert {call["model"] for call in first["calls"]} == {NAME}
    assert (first["usage"]["turn"]["tokens_in"], first["usage"]["turn"]["cost"]) == (1000, None)
    assert second["usage"]["conversation"]["calls"] == len(first["calls"]) + len(second["calls"])
    assert (taken["usage"]["turn"]["calls"], taken["calls"]) == (0, [])
    assert taken["usage"]["conversation"] == second["usage"]["conversation"]
    assert other["usage"]["conversation"] == other["usage"]["turn"]
    assert first["usage"]["currency"] is None


def test_a_model_that_is_gone_keeps_nobody_from_being_answered(chat: Chat) -> None:
    """The chat starts and serves by the local reasoner; /why says that the model could not be reached."""
    gone = {"name": NAME, "base_url": GONE, "retries": 0}
    given = "Where is my order 1002?\n/why\n/quit\n"
    shown = in_one_line(chat(given, "--customer", "C-1001", model=gone, reasoner="llm"))
    assert "Bot Order 1002 is on its way with DHL" in shown
    assert "understand: unreachable; 0 tokens in" in shown


def test_a_key_that_is_missing_ends_the_chat_at_its_start(shop: Path) -> None:
    """What would fail in every turn is told at once: which variable, and what to do."""
    ended = run("chat", "-d", shop, "--model", "openai:gpt-5-mini", OPENAI_API_KEY="")
    assert (ended.returncode, ended.stdout) == (UNUSABLE, "")
    assert "OPENAI_API_KEY has no key for openai:gpt-5-mini" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--base-url", GONE), "--base-url: is an address, but no model is named"),
        (("--model", "gpt"), "Write --model provider:name"),
        (("--model", NAME, "--base-url", "http://me:secret@host"), "--base-url: is no address of a server"),
        (("--model", "openai:sk-proj-secret"), "Write --model provider:name"),
        (("--model", "http://me:secret@host/v1"), "Write --model provider:name"),
        (("--model", NAME, "--base-url", f"{GONE}?key=secret"), "--base-url: is no address of a server"),
        (("--reasoner", "llm"), "llm needs a language model"),
    ],
    ids=lambda each: "" if isinstance(each, str) else " ".join(each[::2]),
)
def test_options_that_cannot_be_meant_end_the_chat_at_its_start(
    shop: Path, options: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One clear message and the exit code of a mistake in the configuration."""
    assert app.run(["chat", "-d", str(shop), *options]) == UNUSABLE
    said = capsys.readouterr().err
    assert told in in_one_line(said)
    assert "secret" not in said


def console() -> Console:
    return Console(file=io.StringIO(), width=80, no_color=True, highlight=False, markup=False, emoji=False)


def lines_on(of: Console) -> list[str]:
    assert isinstance(of.file, io.StringIO)
    return [line.rstrip() for line in of.file.getvalue().splitlines()]


@given(st.lists(st.text(max_size=90), max_size=8))
def test_pieces_are_shown_as_they_are_without_commanding_the_terminal(pieces: list[str]) -> None:
    """However a reply is cut, each printable character is shown once, in order, in lines of 80 columns."""
    shown = console()
    pouring = Pouring(shown)
    for piece in pieces:
        pouring.add(piece)
    pouring.end()
    lines = lines_on(shown)
    assert all(cell_len(line) <= 80 for line in lines)
    said = "".join("".join(lines).split())
    assert said.removeprefix("Bot") == "".join(showing.clean("".join(pieces)).split())


def test_pieces_are_wrapped_as_a_whole_reply_is() -> None:
    """A reply that comes in pieces looks like one that is shown at once."""
    poured, whole = console(), console()
    pieces = [
        "Order 1002 is on its way with DHL. ",
        "It should arrive by 25 November 2026. [1] ",
        "[2]\n- one",
    ]
    pouring = Pouring(poured)
    for piece in pieces:
        pouring.add(piece)
    pouring.end()
    showing.row(whole, "Bot", "".join(pieces))
    assert lines_on(poured) == lines_on(whole)


@pytest.mark.parametrize(
    ("shown", "reply", "printed"),
    [
        ("It left.", "It left.", []),
        ("", "It left.", ["Bot         It left."]),
        ("It left.", "A colleague takes over.", [TAKEN_BACK, "Bot         A colleague takes over."]),
        ("It left.", None, [TAKEN_BACK, "Bot         (says nothing)"]),
    ],
)
def test_what_was_shown_and_does_not_count_is_taken_back(
    shown: str, reply: str | None, printed: list[str]
) -> None:
    """The reply that counts is shown, and once."""
    at = console()
    said = Reply(text=reply) if reply else None
    showing.reply(at, Turn("t", Status.ANSWERED, said, Served(), ()), shown)
    assert lines_on(at) == printed


def test_a_reply_that_breaks_off_tells_why_after_what_came() -> None:
    """Pieces that are there are given out before the error."""

    async def breaking() -> AsyncIterator[str]:
        yield "one"
        raise ConfigurationError("gone")

    coming = each_here(breaking())
    assert next(coming) == "one"
    with pytest.raises(ConfigurationError, match="gone"):
        next(coming)


def test_who_stops_listening_stops_the_run() -> None:
    """What makes the pieces is ended, and has had its chance to tidy up."""
    ended = []

    async def endless() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    coming = each_here(endless())
    assert next(coming) == 1
    coming.close()
    assert ended == [True]


@pytest.mark.parametrize(
    ("file", "override", "used"),
    [
        (settings(), Override(), (None, None, Thinking.LOCAL)),
        (settings(), Override("openai:a"), ("openai:a", None, Thinking.CASCADE)),
        (settings(reasoner="local"), Override("openai:a"), ("openai:a", None, Thinking.CASCADE)),
        (
            settings(model="openai:a", reasoner="llm"),
            Override(base_url=GONE),
            ("openai:a", GONE, Thinking.LLM),
        ),
        (
            settings(model={"name": "openai:a", "base_url": GONE}),
            Override("openai:b", reasoner=Thinking.LLM),
            ("openai:b", None, Thinking.LLM),
        ),
        (settings(model="openai:a"), Override(reasoner=Thinking.LOCAL), ("openai:a", None, Thinking.LOCAL)),
    ],
)
def test_options_take_the_place_of_what_the_file_says(
    file: Settings, override: Override, used: tuple[str | None, str | None, Thinking]
) -> None:
    """A model replaces the file's whole model, an address only its address; either is then used."""
    found = model_use(file, override)
    assert (found.model and found.model.name, found.model and found.model.base_url, found.reasoner) == used


def test_an_address_keeps_what_else_the_file_says_of_its_model() -> None:
    """Time-outs, prices and budget stay where only the address is replaced."""
    own = {"name": "openai:a", "timeout": 3, "prices": {"input": 1, "output": 2}, "budget": {"calls": 2}}
    found = model_use(settings(model=own), Override(base_url=GONE)).model
    assert found is not None
    assert (found.timeout, found.budget.calls, str(found.base_url)) == (3, 2, GONE)
    assert found.prices is not None


def test_a_model_that_is_not_asked_is_not_named() -> None:
    """The line at the start says what is used, not what is configured."""
    own = settings(model="openai:a").model
    assert str(ModelUse(own, Thinking.LOCAL)) == "Language model: none; reasoner: local"
    assert str(ModelUse(own, Thinking.CASCADE)) == "Language model: openai:a; reasoner: cascade"


def test_an_address_without_a_model_says_what_to_add() -> None:
    """The advice names the option that is missing."""
    with pytest.raises(ConfigurationError) as refused:
        model_use(settings(), Override(base_url=GONE))
    assert "--model openai:" in refused.value.advice


def test_check_finds_what_is_wrong_without_a_request(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing key, a prompt that lacks a placeholder and a calibration that is none are errors."""
    monkeypatch.delenv("OUR_KEY", raising=False)
    (tmp_path / "plan.md").write_text("# System\nChoose.\n# User\n{message}\n")
    (tmp_path / "calibration.yaml").write_text("sure: 2\n")
    with OpenAIWire() as wire:
        model = {"name": NAME, "base_url": wire.base_url, "api_key_env": "OUR_KEY"}
        own = {"prompts": str(tmp_path), "calibration": str(tmp_path / "calibration.yaml")}
        file = named(shop, model=model, **own)
        assert app.run(["check", str(file)]) == WRONG
        assert wire.requests == []
    said = in_one_line(capsys.readouterr().out)
    for told in (
        "error model the environment variable OUR_KEY has no key",
        "export OUR_KEY=",
        "error prompts",
    ):
        assert told in said
    assert "{intent}, {known}, {reads} is missing under '# User'" in said
    assert "error calibration" in said
    assert "3 errors" in said


def test_check_asks_the_model_when_told_to(
    shop: Path, wire: OpenAIWire, capsys: pytest.CaptureFixture[str]
) -> None:
    """One short question tells that the model answers in no form that is asked for: an error, with advice."""
    model = {"name": NAME, "base_url": wire.base_url}
    assert app.run(["check", "--ask-model", str(named(shop, model=model))]) == WRONG
    said = in_one_line(capsys.readouterr().out)
    assert "error model openai:scripted sent no Readiness by plain JSON Take a model that" in said


READY = structured({"state": "ready"})


@pytest.mark.parametrize(
    ("serving", "told"),
    [
        (OpenAIWire([READY]), "by native tools"),
        (OpenAIWire([READY], without=["tools"]), "by JSON schema openai:scripted refuses native tool calls"),
        (OpenAIWire([READY], without=["tools", "json_schema"]), "by plain JSON openai:scripted refuses JSON"),
        (OpenAIWire(key="another"), "refuses the API key"),
        (OpenAIWire(models=["other"]), "is not known to its server"),
        (OpenAIWire([slow(5)]), "did not answer in time"),
        (OpenAIWire([status(500)]), "failed (status 500)"),
    ],
    ids=["tools", "schema", "plain", "key", "name", "slow", "broken"],
)
def test_a_model_that_is_asked_says_what_it_can_or_what_is_wrong(serving: OpenAIWire, told: str) -> None:
    """Which form works, and for each mistake of the set-up its own message."""
    with serving:
        model = {"name": NAME, "base_url": serving.base_url, "retries": 0, "timeout": 1.0}
        try:
            said = " ".join(asked(settings(model=model)))
        except ConfigurationError as error:
            said = str(error)
    assert told in said


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("nobody:big", "there is no provider nobody"),
        ("mistralai:small", "pip install langchain-mistralai"),
        ("openai:gpt-5-mini", "OPENAI_API_KEY has no key"),
    ],
)
def test_a_model_that_cannot_be_set_up_is_found_without_a_request(
    model: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown provider, a package or a key that is missing; not where the model is not used."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (found,) = thinking_findings(settings(model=model), Path())
    assert (found.level, found.where) == ("error", "model")
    assert told in found.message
    assert thinking_findings(settings(model=model, reasoner="local"), Path()) == []


def test_without_a_model_there_is_none_to_ask() -> None:
    """Asking a deployment without a model is a mistake, told with what to write."""
    with pytest.raises(ConfigurationError, match="there is none to ask"):
        asked(settings())


@pytest.mark.parametrize(
    ("model", "fits"),
    [
        ("openai:gpt-5-mini", True),
        ({"name": "openai:x", "prices": {"input": 1, "output": 2}, "budget": {"calls": 3}}, True),
        ("gpt-5-mini", False),
        ({"name": "openai:x", "key": "sk-"}, False),
    ],
)
def test_the_schema_for_editors_takes_a_model_as_the_file_does(
    model: object, fits: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name alone or its settings are right, anything else is marked."""
    assert app.run(["check", "--schema", "deployment"]) == SOUND
    schema = json.loads(capsys.readouterr().out)
    least = {"name": "Shop", "catalog": "c.yaml", "systems": {"embedded": {}}, "records": "sqlite:///r.db"}
    given = {**least, "model": model, "reasoner": "cascade", "prompts": "p", "calibration": "c.yaml"}
    assert Draft202012Validator(schema).is_valid(given) is fits


@pytest.mark.parametrize("name", ["support.yaml", "starter/support.yaml"])
def test_the_commented_model_of_a_sample_works_when_it_is_uncommented(name: str, tmp_path: Path) -> None:
    """Both forms in the comments, and the reasoner, are what the reader of the file takes."""
    from hybrid_agent.cli.places import bundled
    from hybrid_agent.settings import read_settings

    commented = bundled(*name.split("/")).read_text("utf-8")
    short = commented.replace("# model: openai", "model: openai").replace("# reasoner:", "reasoner:")
    head, _, rest = commented.partition("# model:\n")
    mapping = [line.removeprefix("# ") if line.startswith("#   ") else line for line in rest.splitlines()]
    for number, content in enumerate((short, "\n".join([f"{head}model:", *mapping]))):
        file = tmp_path / f"{number}.yaml"
        file.write_text(content, "utf-8")
        read = read_settings(file)
        assert read.model is not None
        assert read.model.provider == "openai"
        assert read.thinking is Thinking.CASCADE
