"""The tools of the agent that we are compared with: the catalog's operations, the help centre, a hand-off."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic_core import to_json

from hybrid_agent.catalog import Catalog
from hybrid_agent.knowledge import Knowledge, Scope
from hybrid_agent_tools import Operation, Toolbox, ToolError
from hybrid_agent_tools.langchain import langchain_tools

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

FOUND = 3
"""Passages that a search of the help centre gives."""


def operations_of(catalog: Catalog, toolbox: Toolbox) -> tuple[Operation, ...]:
    """Every operation that the catalog reads from or acts with, in the toolbox's order."""
    intents = catalog.intents.values()
    named = {read.operation for intent in intents for read in intent.reads.values()}
    named |= {slot.known_from.read.operation for slot in catalog.slots.values() if slot.known_from}
    named |= {intent.action.operation for intent in intents if intent.action}
    return tuple(each for name, each in toolbox.operations.items() if name in named)


def tools_for(operations: tuple[Operation, ...], toolbox: Toolbox, customer_id: str) -> "list[BaseTool]":
    """Reads and writes as tools bound to this customer."""
    reads = langchain_tools(toolbox, [each.name for each in operations if not each.writes], customer_id)
    writes = [_write(toolbox, each, customer_id) for each in operations if each.writes]
    return [*reads, *writes]


def _write(toolbox: Toolbox, operation: Operation, customer_id: str) -> "BaseTool":
    from langchain_core.tools import StructuredTool, ToolException

    async def call(**arguments: Any) -> str:
        try:
            done = await toolbox.write(operation.name, arguments, customer_id=customer_id, key=uuid4().hex)
        except ToolError as error:
            raise ToolException(str(error)) from error
        return to_json(done).decode()

    return StructuredTool.from_function(
        coroutine=call,
        name=operation.tool_name,
        description=operation.description,
        args_schema=operation.arguments,
        handle_tool_error=True,
    )


def search_tool(knowledge: Knowledge, on: date) -> "BaseTool":
    """A search of the help centre, as customers may see it on that day."""
    from langchain_core.tools import StructuredTool

    async def search_help_center(query: str) -> str:
        """Search the shop's help centre; gives the best passages."""
        hits = await asyncio.to_thread(knowledge.search, query, Scope(on), k=FOUND)
        passages = (f"# {hit.passage.title}\n{hit.passage.text}" for hit in hits)
        return "\n\n".join(passages) or "Nothing was found."

    return StructuredTool.from_function(coroutine=search_help_center)


def hand_off_tool(opened: Callable[[str], None]) -> "BaseTool":
    """A hand-off to a person; `opened` is told the reason."""
    from langchain_core.tools import StructuredTool

    async def hand_off_to_person(reason: str) -> str:
        """Hand the conversation over to a colleague, who sees all of it."""
        opened(reason)
        return "A colleague takes over. Tell the customer so."

    return StructuredTool.from_function(coroutine=hand_off_to_person)
