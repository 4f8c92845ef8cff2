"""The benchmark: what either takes the messages for, the fit on one half, the figures of the other."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path

from hybrid_agent import load_deployment
from hybrid_agent.chat_model import ChatModel, ModelSettings, close, connect_model
from hybrid_agent.cli.places import copy_sample
from hybrid_agent.deployment import Deployment
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.calibration import default_calibration
from hybrid_agent.reasoning.llm.reasoner import LlmReasoner, llm_reasoner
from hybrid_agent.settings import Thinking, cache_folder, read_settings
from hybrid_agent_evals.confidence.data import Message, read
from hybrid_agent_evals.confidence.fitting import Case
from hybrid_agent_evals.confidence.hearing import Heard, Tell, ask_local, ask_model, read_kept
from hybrid_agent_evals.confidence.measuring import Measured, measure
from hybrid_agent_prompts import load, names


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. Without a `model` it is what `opinions` holds of an earlier run.

    `deployment` and `messages` are the sample's by default; `called` is what the calibration calls the model;
    `count` bounds the messages that the model is asked about.
    """

    model: ModelSettings | None = None
    called: str | None = None
    deployment: Path | None = None
    messages: Path | None = None
    opinions: Path | None = None
    count: int | None = None


def run(plan: Plan, tell: Tell) -> Measured:
    """Measure; `tell` gets a line for each answer of the model.

    Raises:
        ConfigurationError: a file or option that cannot be used.
        ModelError: the model cannot be had; what it answered is kept, and asked for once.
        ImportError: what measures is not installed; said before the minutes of asking.
    """
    import_module("sklearn")
    return asyncio.run(_run(plan, tell))


async def _run(plan: Plan, tell: Tell) -> Measured:
    async with _opened(plan.deployment) as (deployment, cache):
        messages = read(plan.messages, deployment.catalog.intents)
        local = await ask_local(deployment, messages)
        heard = await _heard(plan, deployment, messages, cache, tell)
    readings = {text: each.reading for text, each in heard.items()}
    cases = [
        (message, Case(message.intent, reading, readings.get(message.text)))
        for message, reading in zip(messages, local, strict=True)
    ]
    thresholds = (deployment.catalog.thresholds.understand, deployment.catalog.thresholds.act)
    return measure(deployment.name, cases, heard, thresholds, deployment.clock())


@asynccontextmanager
async def _opened(file: Path | None) -> AsyncIterator[tuple[Deployment, Path]]:
    """The deployment with its local reasoner, and the folder of its cache."""
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-confidence-") as made:
        file = file or copy_sample(Path(made) / "sample")
        deployment = await asyncio.to_thread(load_deployment, file, reasoner=Thinking.LOCAL)
        try:
            yield deployment, cache_folder(read_settings(file), file.resolve().parent)
        finally:
            await deployment.aclose()


async def _heard(
    plan: Plan, deployment: Deployment, messages: Sequence[Message], cache: Path, tell: Tell
) -> dict[str, Heard]:
    if plan.model is None:
        return _recorded(plan, messages)
    name = plan.called or plan.model.name
    kept = plan.opinions or cache / f"opinions-{''.join(c if c.isalnum() else '-' for c in name)}.jsonl"
    tell(f"what the model answers is kept in {kept}")
    model = connect_model(plan.model)
    llm = _llm(deployment, model)
    try:
        return await ask_model(llm, deployment, messages[: plan.count], name, kept, tell)
    finally:
        await close(model)


def _recorded(plan: Plan, messages: Sequence[Message]) -> dict[str, Heard]:
    """The answers of an earlier run: those in the file, or the packaged ones for the packaged messages."""
    if plan.opinions is not None:
        if not plan.opinions.exists():
            advice = "Ask a model with --model provider:name, which writes it."
            raise ConfigurationError("there is no such file", where=plan.opinions, advice=advice)
        known = read_kept(plan.opinions)
    elif plan.deployment is None and plan.messages is None:
        with as_file(files("hybrid_agent_evals.confidence").joinpath("opinions.jsonl")) as packaged:
            known = read_kept(packaged)
    else:
        known = {}
    return {each.text: known[each.text] for each in messages if each.text in known}


def _llm(deployment: Deployment, model: ChatModel) -> LlmReasoner:
    """As a deployment has it; what it reads is taken as it is, so that its calibration plays no part."""
    prompts = {name: load(name, deployment.prompts) for name in names()}
    return llm_reasoner(
        deployment.catalog,
        model,
        prompts,
        deployment.toolbox.operations,
        default_calibration(),
        deployment.redactor,
    )
