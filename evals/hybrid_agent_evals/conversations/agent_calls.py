"""Tool calls that a small model writes into its text, where the server does not make them out.

Without this the agent on such a model would call no tool at all, and comparing with it would say nothing.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.tool import ToolCall, tool_call

_BEGIN = re.compile(r"\{")


def with_calls(message: BaseMessage, names: Collection[str]) -> BaseMessage:
    """The message with the calls of these tools that its text holds; unchanged where it has calls or none."""
    if not isinstance(message, AIMessage) or message.tool_calls:
        return message
    calls = list(_calls(message.text, names))
    return message.model_copy(update={"tool_calls": calls, "content": ""}) if calls else message


def _calls(text: str, names: Collection[str]) -> Iterator[ToolCall]:
    for found in _objects(text):
        name, arguments = found.get("name"), found.get("arguments", found.get("parameters", {}))
        if isinstance(name, str) and name in names and isinstance(arguments, dict):
            yield tool_call(name=name, args=arguments, id=f"call_{uuid4().hex[:12]}")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The outermost JSON objects in a text, in order."""
    decoder, place = json.JSONDecoder(), 0
    while (begin := _BEGIN.search(text, place)) is not None:
        try:
            found, place = decoder.raw_decode(text, begin.start())
        except json.JSONDecodeError:
            place = begin.end()
            continue
        if isinstance(found, dict):
            yield found
