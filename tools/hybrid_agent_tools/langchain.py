"""Reads as LangChain tools."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from hybrid_agent_tools.errors import ToolError
from hybrid_agent_tools.operation import Operation
from hybrid_agent_tools.toolbox import Result, Toolbox

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

__all__ = ["langchain_tools"]


def langchain_tools(
    toolbox: Toolbox, names: Sequence[str], customer_id: str | None
) -> "list[StructuredTool]":
    """Reads as async tools bound to this customer; InvalidArguments for a write.

    A tool's content is JSON for the model, its artifact the records; a ToolError is an answer to the model.
    """
    return [_tool(toolbox, toolbox.operation(name, writes=False), customer_id) for name in names]


def _tool(toolbox: Toolbox, operation: Operation, customer_id: str | None) -> "StructuredTool":
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
    toolbox: Toolbox, operation: Operation, customer_id: str | None
) -> Callable[..., Awaitable[tuple[str, Result]]]:
    from langchain_core.tools import ToolException

    async def call(**arguments: Any) -> tuple[str, Result]:
        try:
            records = await toolbox.read(operation.name, arguments, customer_id=customer_id)
        except ToolError as error:
            raise ToolException(str(error)) from error
        return to_json(records).decode(), records

    return call
