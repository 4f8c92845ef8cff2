"""Checkpoints revive the types of our state and no others, whatever the environment says."""

import copy
from collections.abc import Iterator
from enum import Enum
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Checkpointer

from hybrid_agent import caller, state
from hybrid_agent.frozen import Frozen


def knowing_our_types(checkpointer: Checkpointer) -> Checkpointer:
    """The checkpointer with a serializer that knows our state, unless it was given a choosier one already.

    One that encrypts goes on encrypting.
    """
    if not isinstance(checkpointer, BaseCheckpointSaver):
        return checkpointer
    known = _knowing(checkpointer.serde)
    if known is checkpointer.serde:
        return checkpointer
    clone = copy.copy(checkpointer)
    clone.serde = known
    return clone


def allowing_our_types(checkpointer: BaseCheckpointSaver[Any]) -> BaseCheckpointSaver[Any]:
    """A checkpointer of a server, which is choosy by LANGGRAPH_STRICT_MSGPACK, with our types on its list."""
    return checkpointer.with_allowlist([(each.__module__, each.__name__) for each in _types()])


def _knowing(serde: SerializerProtocol) -> SerializerProtocol:
    if type(serde) is EncryptedSerializer:
        inner = _knowing(serde.serde)
        return serde if inner is serde.serde else EncryptedSerializer(serde.cipher, inner)
    if type(serde) is not JsonPlusSerializer:
        return serde
    ours = list(_types())
    known = serde.with_msgpack_allowlist(ours)
    # The same one comes back where it allows everything and warns of each type.
    return JsonPlusSerializer(allowed_msgpack_modules=ours) if known is serde else known


def _types() -> Iterator[type]:
    for module in (state, caller):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Frozen | Enum | caller.Caller):
                yield each
