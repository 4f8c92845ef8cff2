"""All ports by name, and all operations they declare."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hybrid_agent_tools.calendar import Calendar
from hybrid_agent_tools.customers import CustomerDirectory
from hybrid_agent_tools.identity import Identity
from hybrid_agent_tools.operation import Operation, operations, port_name
from hybrid_agent_tools.orders import OrderSystem
from hybrid_agent_tools.tickets import TicketDesk

__all__ = ["ALL_PORTS", "all_operations"]

ALL_PORTS: Mapping[str, type] = MappingProxyType(
    {port_name(each): each for each in (OrderSystem, CustomerDirectory, TicketDesk, Identity, Calendar)}
)


@cache
def all_operations() -> Mapping[str, Operation]:
    """Every declared operation by name, whether or not a system is connected for it."""
    return MappingProxyType(
        {name: operation for each in ALL_PORTS.values() for name, operation in operations(each).items()}
    )
