"""Reads as LangChain tools."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from hybrid_agent_tools.errors import ToolError
from hybrid_agent_tools.operation import Operation

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

    from hybrid_agent_tools.toolbox import Result, Toolbox

__all__ = ["read_tool"]


def read_tool(toolbox: "Toolbox", operation: Operation, customer_id: str | None) -> "StructuredTool":
    """One read, bound to the customer; a ToolError becomes the tool's answer to the model."""
    from langchain_core.tools import StructuredTool

    return StructuredTool.from_function(
        coroutine=_bound(toolbox, operation, customer_id),
        name=operation.tool_name,
        description=operation.description,
        args_schema=operation.arguments,
        response_format="content_and_artifact",
        handle_tool_error=True,
        metadata={"operation": operation.name},
    )


def _bound(
    toolbox: "Toolbox", operation: Operation, customer_id: str | None
) -> "Callable[..., Awaitable[tuple[str, Result]]]":
    from langchain_core.tools import ToolException

    async def call(**arguments: Any) -> "tuple[str, Result]":
        try:
            records = await toolbox.read(operation.name, arguments, customer_id=customer_id)
        except ToolError as error:
            raise ToolException(str(error)) from error
        return to_json(records).decode(), records

    return call
