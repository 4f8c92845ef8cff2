"""Opening a deployment for the command line, with its conversations in a SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.cli.model_use import ModelUse
from hybrid_agent.cli.places import Place
from hybrid_agent.deployment import Deployment
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.graph import build_graph
from hybrid_agent.loading import load_deployment
from hybrid_agent.portal import run_here
from hybrid_agent.recovery import recover
from hybrid_agent.session import Session

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver


@contextmanager
def opened(place: Place, use: ModelUse | None = None) -> Iterator[Session]:
    """A session on a deployment, for use with `run_here`; everything is closed at the end.

    `use` says which model and reasoner, if not the deployment file.
    """
    checkpointer, stack = run_here(conversations_in(place.conversations))
    try:
        deployment = _loaded(place, use)
        try:
            run_here(recover(deployment))
            yield Session(build_graph(deployment, checkpointer=checkpointer), deployment)
        finally:
            run_here(deployment.aclose())
    finally:
        run_here(stack.aclose())


def _loaded(place: Place, use: ModelUse | None) -> Deployment:
    if use is None:
        return load_deployment(place.deployment)
    return load_deployment(place.deployment, model=use.model, reasoner=use.reasoner)


async def conversations_in(file: Path) -> "tuple[AsyncSqliteSaver, AsyncExitStack]":
    """The conversations of a SQLite file, and what closes it. Raises ConfigurationError."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    stack = AsyncExitStack()
    try:
        checkpointer = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(file)))
        await checkpointer.setup()
    except sqlite3.Error as error:
        await stack.aclose()
        advice = "Choose another folder with --state, or move this file away."
        message = f"the conversations cannot be opened: {error}"
        raise ConfigurationError(message, where=file, advice=advice) from error
    return checkpointer, stack


def approver_roles(deployment: Deployment) -> tuple[str, ...]:
    """Every role that the catalog lets approve something."""
    rules = [intent.action.approval for intent in deployment.catalog.intents.values() if intent.action]
    return tuple(sorted({approver.role for rule in rules if rule for approver in rule.by}))
