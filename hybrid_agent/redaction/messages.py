"""The conversation's messages: screened before they are part of the state, each kept as it first came."""

from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage, convert_to_messages
from langgraph.graph.message import add_messages

from hybrid_agent.redaction.screen import screen_text


def add_screened(kept: list[AnyMessage], given: Any) -> list[AnyMessage]:
    """LangGraph's `add_messages` for customers' messages: only their screened text is taken in.

    A customer's message whose id is known was delivered before, and stays as it is.
    """
    new = convert_to_messages(given if isinstance(given, list) else [given])
    merged: Any = add_messages(kept, list(_taken_in(kept, new)))  # type: ignore[arg-type]
    return list(merged)


def _taken_in(kept: list[AnyMessage], new: list[BaseMessage]) -> Iterator[BaseMessage]:
    known = {message.id for message in kept}
    for message in new:
        if not isinstance(message, HumanMessage):
            yield message
        elif message.id is None or message.id not in known:
            yield HumanMessage(screen_text(str(message.text)).text, id=message.id)
