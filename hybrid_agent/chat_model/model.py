"""A chat model with what goes with it: its name, prices and limits, and what was learnt about it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from hybrid_agent.chat_model.breaker import Breaker
from hybrid_agent.chat_model.errors import Feature
from hybrid_agent.chat_model.settings import Prices

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class Form(StrEnum):
    """How a model is made to answer in a structure, the surest first."""

    TOOLS = "native tools"
    JSON_SCHEMA = "JSON schema"
    JSON = "plain JSON"


CHOICE: Final = "choice of tools"
"""The way of asking which tools to call; the others are the forms."""

NEEDS: Final[Mapping[str, Feature]] = {
    Form.TOOLS: Feature.TOOLS,
    Form.JSON_SCHEMA: Feature.JSON_SCHEMA,
    CHOICE: Feature.TOOLS,
}
"""The feature that a way of asking stands on."""

MOST_IN_VAIN: Final = 2
REST: Final = 600.0
"""Seconds for which a way of asking is left alone that was in vain so often in a row."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take.

    `timeout` is in seconds, `retries` are those after the first attempt, `backoff` is the longest first pause
    between two in seconds. `output_tokens` bound an answer where the model has no limit of its own,
    `characters` a streamed one. After `failures` in a row the model is left alone for `pause` seconds.
    """

    timeout: float = 15.0
    retries: int = 2
    backoff: float = 0.5
    output_tokens: int = 2_048
    characters: int = 4_000
    failures: int = 3
    pause: float = 30.0


@dataclass(slots=True)
class Memory:
    """What was learnt about a model: what it refuses, and which ways of asking it are in vain.

    All conversations share it. `in_vain` has how often in a row a way was, and when last by the breaker's
    clock.
    """

    breaker: Breaker
    refused: set[Feature] = field(default_factory=set)
    in_vain: dict[str, tuple[int, float]] = field(default_factory=dict)

    def refuse(self, feature: Feature) -> bool:
        """Remember that a feature is refused; whether that is news."""
        news = feature not in self.refused
        self.refused.add(feature)
        return news

    def works(self, way: str) -> bool:
        """Whether a way is worth trying: not refused, and not in vain twice in a row, or not of late."""
        times, last = self.in_vain.get(way, (0, 0.0))
        rested = self.breaker.clock() - last >= REST
        return NEEDS.get(way) not in self.refused and (times < MOST_IN_VAIN or rested)

    def judge(self, way: str, *, worked: bool) -> None:
        """Remember whether a way got what it asks for, be it right or wrong in itself."""
        times, _ = self.in_vain.pop(way, (0, 0.0))
        if not worked:
            self.in_vain[way] = (times + 1, self.breaker.clock())


class Clients:
    """One LangChain model for each event loop, since a connection lives and dies with its loop.

    `owned`: `make` makes them for us, so that they are ours to close.
    """

    def __init__(
        self,
        make: "Callable[[], BaseChatModel]",
        *,
        first: "BaseChatModel | None" = None,
        owned: bool = False,
    ) -> None:
        self._make = make
        self._owned = owned
        self._spare = first
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, BaseChatModel] = WeakKeyDictionary()

    def here(self) -> "BaseChatModel":
        """The model of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop], self._spare = self._spare or self._make(), None
        return self._made[loop]

    def leave(self) -> "BaseChatModel | None":
        """The model of the running loop for closing, if a model of ours was used there; it is forgotten."""
        left = self._made.pop(asyncio.get_running_loop(), None)
        return left if self._owned else None


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A chat model that can be asked. Made by `chat_model` or `connect_model`."""

    name: str
    clients: Clients = field(repr=False)
    memory: Memory = field(repr=False)
    prices: Prices | None = None
    limits: Limits = Limits()


async def close(model: ChatModel) -> None:
    """Close the connections that the running loop has open; the next call opens new ones.

    Only of a model that `connect_model` made: one that was given to `chat_model` is its giver's to close.
    """
    client = getattr(model.clients.leave(), "root_async_client", None)
    if client is not None:
        await client.close()


def chat_model(
    model: "BaseChatModel",
    *,
    name: str | None = None,
    prices: Prices | None = None,
    limits: Limits | None = None,
) -> ChatModel:
    """Any LangChain chat model, as it is; its own name where none is given."""
    limits = limits or Limits()
    return ChatModel(
        name=name or _name_of(model),
        clients=Clients(lambda: model),
        memory=fresh_memory(limits),
        prices=prices,
        limits=limits,
    )


def fresh_memory(limits: Limits) -> Memory:
    """The memory of a model about which nothing is known yet."""
    return Memory(Breaker(limits.failures, limits.pause))


def _name_of(model: "BaseChatModel") -> str:
    named = (getattr(model, field, None) for field in ("model_name", "model"))
    return next((each for each in named if isinstance(each, str) and each), model._llm_type)
