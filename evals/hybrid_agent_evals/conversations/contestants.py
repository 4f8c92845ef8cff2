"""The systems that can be compared, made from the sample deployment and one chat model."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import yaml

from hybrid_agent import ConfigurationError, Deployment, load_deployment
from hybrid_agent.chat_model import ModelSettings, close, connect_model, probe
from hybrid_agent.cli.places import bundled as sample
from hybrid_agent.settings import SETTINGS, Thinking, user_cache
from hybrid_agent_evals.conversations.agent_system import AgentSystem
from hybrid_agent_evals.conversations.graph_system import GraphSystem
from hybrid_agent_evals.conversations.playing import System

AGENT: Final = "create_agent"
NAMES: Final = (AGENT, *(each.value for each in (Thinking.LLM, Thinking.CASCADE, Thinking.LOCAL)))


@asynccontextmanager
async def contestants(
    names: Sequence[str], settings: ModelSettings | None
) -> AsyncIterator[tuple[System, ...]]:
    """The named systems, ready to play. All but `local` need a model.

    Raises ConfigurationError for a name that is none, a missing package, or a model that is not given, cannot
    be set up or does not answer.
    """
    check(names, settings)
    if settings is not None and set(names) != {Thinking.LOCAL}:
        await _answers(settings)
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-contestants-") as made:
        file = _settings_file(Path(made))
        async with AsyncExitStack() as opened:
            yield tuple([await _system(name, file, settings, opened) for name in names])


def check(names: Sequence[str], settings: ModelSettings | None) -> None:
    """Raises ConfigurationError for a name that is no system's, a missing model or a missing package."""
    if unknown := sorted(set(names) - set(NAMES)):
        message = f"there is no system {', '.join(unknown)}"
        raise ConfigurationError(message, advice=f"Choose from {', '.join(NAMES)}.")
    if settings is None and (lacking := [name for name in names if name != Thinking.LOCAL]):
        message = f"{', '.join(lacking)} cannot play without a model"
        advice = "Name one with --model provider:name, or play --system local."
        raise ConfigurationError(message, advice=advice)
    if AGENT in names and find_spec("langchain") is None:
        message = f"{AGENT} needs the package langchain, which is not installed"
        raise ConfigurationError(message, advice="pip install 'hybrid-agent[evals]'")


def _settings_file(folder: Path) -> Path:
    """The sample's settings in a folder for its databases; catalog and articles stay where they are."""
    # The cached index of the articles is found by their place: a copy would be read and encoded anew.
    settings = yaml.safe_load(sample(SETTINGS).read_text("utf-8"))
    here = {
        "catalog": str(sample(settings["catalog"])),
        "knowledge": [str(sample(each)) for each in settings["knowledge"]],
        "cache": str(user_cache()),
    }
    file = folder / SETTINGS
    file.write_text(yaml.safe_dump({**settings, **here}, allow_unicode=True), "utf-8")
    return file


async def _answers(settings: ModelSettings) -> None:
    """One tiny question, so that a wrong address or key is not taken for a result."""
    model = connect_model(settings)
    try:
        await probe(model)
    finally:
        await close(model)


async def _system(name: str, file: Path, settings: ModelSettings | None, opened: AsyncExitStack) -> System:
    if name == AGENT and settings is not None:
        return await _agent(await _loaded(file, None, Thinking.LOCAL, opened), settings, opened)
    return GraphSystem(name, await _loaded(file, settings, Thinking(name), opened))


async def _agent(deployment: Deployment, settings: ModelSettings, opened: AsyncExitStack) -> System:
    if deployment.knowledge is None:
        raise ConfigurationError("the agent needs a help centre to search", where="knowledge")
    model = connect_model(settings)
    opened.push_async_callback(close, model)
    return AgentSystem(
        AGENT, deployment.catalog, deployment.knowledge, model.clients.here, model.limits.retries
    )


async def _loaded(
    file: Path, settings: ModelSettings | None, reasoner: Thinking, opened: AsyncExitStack
) -> Deployment:
    given = None if reasoner is Thinking.LOCAL else settings
    deployment = await asyncio.to_thread(load_deployment, file, model=given, reasoner=reasoner)
    opened.push_async_callback(deployment.aclose)
    return deployment
