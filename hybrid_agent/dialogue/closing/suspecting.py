"""Evidence that instructs whoever reads it: no language model is given it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.state import Event, EventKind, Evidence, State

LEAST_CHARACTERS = 40
"""What is shorter in a record is a value: a name, a status, a number."""


async def suspected(evidence: Iterable[Evidence], deployment: Deployment) -> tuple[str, ...]:
    """The ids of evidence that holds instructions to a model; none where no model is asked."""
    if deployment.screen is None or deployment.model is None:
        return ()
    return await asyncio.to_thread(_suspected, tuple(evidence), deployment.screen.detector.suspicious)


def kept_back(ids: tuple[str, ...], state: State, deployment: Deployment) -> Event:
    """That evidence was not shown to the model."""
    data: dict[str, JsonValue] = {"kept_back": list(ids)}
    return Event(kind=EventKind.SCREENED, at=deployment.clock(), turn=state["turn"], data=data)


def _suspected(evidence: Iterable[Evidence], suspicious: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(item.id for item in evidence if any(map(suspicious, _prose(item))))


def _prose(item: Evidence) -> Iterator[str]:
    yield from (item.text,) if item.text else ()
    yield from (each for each in _strings(item.data) if len(each) >= LEAST_CHARACTERS and " " in each)


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
