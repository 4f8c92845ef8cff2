"""The conversation's messages: screened before they are part of the state, each kept as it first came."""

from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage, convert_to_messages
from langgraph.graph.message import add_messages

from hybrid_agent.redaction.screen import screen_text


class Own(list[BaseMessage]):
    """Messages that a node of ours adds or removes; whatever comes from outside is a plain list."""


def add_screened(kept: list[AnyMessage], given: Any) -> list[AnyMessage]:
    """LangGraph's `add_messages` for a conversation that strangers may write to.

    From outside only a customer's new messages are taken in, each as its screened text: one whose id is known
    was delivered before and stays as it is; nothing is removed, and nobody else's words are put in.
    """
    new: list[BaseMessage] = given if isinstance(given, Own) else list(_taken_in(kept, given))
    merged: Any = add_messages(kept, new)  # type: ignore[arg-type]
    return list(merged)


def _taken_in(kept: list[AnyMessage], given: Any) -> Iterator[BaseMessage]:
    known = {message.id for message in kept}
    for message in convert_to_messages(given if isinstance(given, list) else [given]):
        if isinstance(message, HumanMessage) and (message.id is None or message.id not in known):
            yield HumanMessage(screen_text(str(message.text)).text, id=message.id)
