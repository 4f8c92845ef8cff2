"""Typed ports to the systems of record, the declarations of their operations, and their connectors."""

from hybrid_agent_tools.connectors import CONNECTORS, Connection, connect
from hybrid_agent_tools.errors import (
    InvalidArguments,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    Rejected,
    ToolError,
    Unavailable,
)
from hybrid_agent_tools.operation import Effect, Idempotency, Operation, Risk, Scope, operations
from hybrid_agent_tools.ports import ALL_PORTS, all_operations
from hybrid_agent_tools.toolbox import ReadRetries, Toolbox
from hybrid_agent_tools.values import Address, Money

__all__ = [
    "ALL_PORTS",
    "CONNECTORS",
    "Address",
    "Connection",
    "Effect",
    "Idempotency",
    "InvalidArguments",
    "Misconfigured",
    "Money",
    "NotFound",
    "Operation",
    "OutcomeUnknown",
    "ReadRetries",
    "Rejected",
    "Risk",
    "Scope",
    "ToolError",
    "Toolbox",
    "Unavailable",
    "all_operations",
    "connect",
    "operations",
]
