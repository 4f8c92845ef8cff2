"""Tool calls that a small model writes into its text, where the server does not make them out.

Without this the agent on such a model would call no tool at all, and comparing with it would say nothing.
"""

from collections.abc import Collection
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.tool import tool_call

from hybrid_agent.chat_model.reading import written_calls


def with_calls(message: BaseMessage, names: Collection[str]) -> BaseMessage:
    """The message with the calls of these tools that its text holds; unchanged where it has calls or none."""
    if not isinstance(message, AIMessage) or message.tool_calls:
        return message
    calls = [
        tool_call(name=name, args=arguments, id=f"call_{uuid4().hex[:12]}")
        for name, arguments in written_calls(message.text)
        if name in names
    ]
    return message.model_copy(update={"tool_calls": calls, "content": ""}) if calls else message
