"""Checkpoints revive the types of our state and no others, whatever the environment says."""

import copy
from collections.abc import Iterator
from enum import Enum

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Checkpointer

from hybrid_agent import caller, state
from hybrid_agent.frozen import Frozen


def knowing_our_types(checkpointer: Checkpointer) -> Checkpointer:
    """The checkpointer with a serializer that knows our state, unless it was given a choosier one already."""
    if (
        not isinstance(checkpointer, BaseCheckpointSaver)
        or type(checkpointer.serde) is not JsonPlusSerializer
    ):
        return checkpointer
    ours = list(_types())
    known = checkpointer.serde.with_msgpack_allowlist(ours)
    if known is checkpointer.serde:  # it allows everything and warns of each type
        known = JsonPlusSerializer(allowed_msgpack_modules=ours)
    clone = copy.copy(checkpointer)
    clone.serde = known
    return clone


def _types() -> Iterator[type]:
    for module in (state, caller):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Frozen | Enum | caller.Caller):
                yield each
