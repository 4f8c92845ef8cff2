"""The conversation's messages as they are read again."""

from collections.abc import Iterable

from langchain_core.messages import AnyMessage, HumanMessage


def earlier_texts(messages: Iterable[AnyMessage], turn: str) -> tuple[str, ...]:
    """The customer's messages before this turn's, oldest first."""
    texts = [(message.id, str(message.text)) for message in messages if isinstance(message, HumanMessage)]
    return tuple(text for message_id, text in texts if message_id != turn)
