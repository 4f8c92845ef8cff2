"""From `support.yaml` to a deployment: reads the files, connects the systems, loads what understands."""

import os
import secrets
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from hybrid_agent.catalog.load import load_catalog, phrases_of
from hybrid_agent.catalog.models import Catalog
from hybrid_agent.chat_model import Budget, ChatModel, ModelSettings, connect_model
from hybrid_agent.deployment import Clock, Deployment, now_utc
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.guardrails.meaning import Meaning, packaged_weights
from hybrid_agent.guardrails.screening import Screen, detector_for
from hybrid_agent.knowledge import Knowledge
from hybrid_agent.knowledge.plugged.stores import let_go
from hybrid_agent.plugging import factory_of
from hybrid_agent.portal import run_here
from hybrid_agent.reasoning.protocol import Reasoner
from hybrid_agent.records import Records, open_records
from hybrid_agent.redaction.logs import mask_logs
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.settings import RedactionSettings
from hybrid_agent.settings import Settings, Thinking, cache_folder, read_settings
from hybrid_agent.slots.personal import id_recogniser, personal_recognisers
from hybrid_agent.thinking import thinking_with
from hybrid_agent_prompts import PromptError
from hybrid_agent_tools import Connection, Toolbox, connect

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder


def load_deployment(
    path: str | Path,
    *,
    clock: Clock = now_utc,
    model: ModelSettings | None = None,
    reasoner: Thinking | None = None,
) -> Deployment:
    """The deployment that a file describes, ready for `build_graph`; let it go with `aclose()`.

    `model` and `reasoner` take the place of what the file says.

    Blocks while files are read, models loaded and databases opened: call it once, at start. A server that
    forks its workers calls it in each of them, after the fork: connections do not survive one. Raises
    ConfigurationError, KnowledgeError, RecordsError or ToolError, each saying what, where and what to do;
    what was opened until then is closed.
    """
    path = Path(path)
    settings, folder = _changed(read_settings(path), model, reasoner), path.resolve().parent
    catalog, model_used = load_catalog(folder / settings.catalog), _model(settings)
    connections = list[Connection]()
    with ExitStack() as opened:
        opened.callback(lambda: run_here(_close(connections)))
        for name, each in settings.systems.items():
            connections.append(connect(name, each, folder=folder))
        toolbox = Toolbox({port: system for each in connections for port, system in each.systems.items()})
        # Before what takes long: a database that is down is told at once.
        records = records_for(settings, folder)
        opened.callback(lambda: run_here(records.aclose()))
        encoder, cache = encoder_for(settings), cache_folder(settings, folder)
        local = _reasoner(catalog, encoder, cache)
        knowledge = knowledge_for(settings, folder, catalog, encoder, cache)
        if knowledge is not None:
            opened.callback(let_go, knowledge.index.dense)
        deployment = _deployment(settings, folder, catalog, toolbox, local, records, knowledge, clock)
        screen = Screen(detector_for(encoder), catalog.language)
        deployment = replace(
            deployment, screen=screen, meaning=meaning_of(encoder), close=partial(_close, connections)
        )
        deployment = _with_model(deployment, model_used, settings)
        mask_logs(deployment.redactor)
        Thread(target=deployment.redactor.warm, name="redactor", daemon=True).start()
        opened.pop_all()
    return deployment


def _deployment(
    settings: Settings,
    folder: Path,
    catalog: Catalog,
    toolbox: Toolbox,
    reasoner: Reasoner,
    records: Records,
    knowledge: Knowledge | None,
    clock: Clock,
) -> Deployment:
    return Deployment(
        name=settings.name,
        catalog=catalog,
        phrases=phrases_of(catalog),
        toolbox=toolbox,
        reasoner=reasoner,
        records=records,
        knowledge=knowledge,
        clock=clock,
        worker=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        lease=settings.lease,
        service=settings.service,
        redactor=redactor_for(catalog, settings.redaction),
        budget=settings.model.budget if settings.model else Budget(),
        prompts=folder / settings.prompts if settings.prompts else None,
        calibration=folder / settings.calibration if settings.calibration else None,
    )


def _changed(settings: Settings, model: ModelSettings | None, reasoner: Thinking | None) -> Settings:
    given = {"model": model, "reasoner": reasoner}
    said = {name: each for name, each in given.items() if each is not None}
    if reasoner not in (None, Thinking.LOCAL) and settings.model is None and model is None:
        advice = "Name a model in the deployment file, such as `model: openai:gpt-5-mini`, or with --model."
        raise ConfigurationError(f"{reasoner} needs a language model", where="reasoner", advice=advice)
    return settings.model_copy(update=said)


def _model(settings: Settings) -> ChatModel | None:
    if settings.model is None or settings.thinking is Thinking.LOCAL:
        return None
    return connect_model(settings.model)


def _with_model(deployment: Deployment, model: ChatModel | None, settings: Settings) -> Deployment:
    how = settings.thinking
    if model is None or how is Thinking.LOCAL:
        return deployment
    try:
        return thinking_with(deployment, model, how)
    except PromptError as error:
        raise ConfigurationError(str(error)) from error


def encoder_for(settings: Settings) -> "Encoder":
    """The encoder that the settings name, or the packaged one. Raises ConfigurationError."""
    from hybrid_agent.encoding import default_encoder, from_embeddings

    if settings.encoder is None:
        return default_encoder()
    factory = factory_of(settings.encoder, where="encoder", returns="LangChain Embeddings")
    return from_embeddings(factory(), name=settings.encoder)


def meaning_of(encoder: "Encoder") -> Meaning | None:
    """What compares sentences in meaning: the encoder, if the packaged weights were fitted with it."""
    return encoder.encode if encoder.name.startswith(packaged_weights().encoder) else None


def _reasoner(catalog: Catalog, encoder: "Encoder", cache: Path) -> Reasoner:
    from hybrid_agent.reasoning.local import LocalReasoner
    from hybrid_agent.reasoning.training import classifier_for

    return LocalReasoner(catalog, classifier_for(catalog, encoder, cache))


def redactor_for(catalog: Catalog, settings: RedactionSettings) -> Redactor:
    """The redactor for a catalog's country, language and ids."""
    return Redactor(
        settings,
        catalog.country,
        personal_recognisers(catalog.country, catalog.language),
        tuple(id_recogniser(slot.pattern) for slot in catalog.slots.values() if slot.pattern),
    )


def records_for(settings: Settings, folder: Path) -> Records:
    """The records that the settings name; a SQLite path starts from the deployment's folder.

    Raises ConfigurationError if that folder cannot be made, RecordsError if they cannot be opened.
    """
    url = settings.records
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        file = folder / url.removeprefix("sqlite:///")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            advice = "Move away what is in its place, or name another file under `records`."
            message = f"cannot be made: {error.strerror}"
            raise ConfigurationError(message, where=file.parent, advice=advice) from error
        url = f"sqlite:///{file}"
    return run_here(open_records(url))


def knowledge_for(
    settings: Settings, folder: Path, catalog: Catalog, encoder: "Encoder", cache: Path
) -> Knowledge | None:
    """The help centre that a deployment names, to be searched; None where it has no articles and no policies.

    Raises ConfigurationError or KnowledgeError.
    """
    from hybrid_agent.knowledge import load_index, source_of
    from hybrid_agent.knowledge.answering.answerability import load_answerability
    from hybrid_agent.knowledge.declared import policy_passages
    from hybrid_agent.knowledge.plugged.filling import stored
    from hybrid_agent.knowledge.plugged.reranking import reranker
    from hybrid_agent.knowledge.search import knowledge_of

    if not settings.knowledge and not catalog.policies:
        return None
    sources = [source_of(each, folder) for each in settings.knowledge]
    policies = policy_passages(catalog.policies, catalog.language)
    index = load_index(sources, encoder, cache, policies=policies)
    rerank = reranker(settings.reranker) if settings.reranker else None
    if settings.index:
        index = stored(index, settings.index, encoder.name, cache)
    own = folder / settings.answerability if settings.answerability else None
    return knowledge_of(index, encoder, answerability=load_answerability(own) if own else None, rerank=rerank)


async def _close(connections: Sequence[Connection]) -> None:
    """Every one of them, also where one cannot be closed."""
    async with AsyncExitStack() as closing:
        for connection in connections:
            closing.push_async_callback(connection.close)
