"""All ports on one SQLite file, with nothing to install or to run beside it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from pydantic import Field, ValidationError

from hybrid_agent_tools.calendar import Calendar
from hybrid_agent_tools.connectors import Connection
from hybrid_agent_tools.customers import CustomerDirectory
from hybrid_agent_tools.embedded.calendar import EmbeddedCalendar
from hybrid_agent_tools.embedded.customers import EmbeddedCustomers
from hybrid_agent_tools.embedded.database import Database
from hybrid_agent_tools.embedded.identity import EmbeddedIdentity
from hybrid_agent_tools.embedded.orders import EmbeddedOrders
from hybrid_agent_tools.embedded.refusals import misconfigured
from hybrid_agent_tools.embedded.shop import UNGUESSABLE, Shop, utc_now
from hybrid_agent_tools.embedded.tickets import EmbeddedTickets
from hybrid_agent_tools.errors import Rejected
from hybrid_agent_tools.identity import Identity
from hybrid_agent_tools.operation import port_name
from hybrid_agent_tools.orders import OrderSystem
from hybrid_agent_tools.tickets import TicketDesk
from hybrid_agent_tools.values import Value

__all__ = ["EmbeddedSettings", "connect", "open_shop"]


class EmbeddedSettings(Value):
    """Where the shop's file is, and for how many seconds a call waits for another process's lock.

    `sample` fills a file that does not exist yet with made-up data.
    """

    database: Path
    sample: bool = False
    busy_timeout: float = Field(2.0, ge=0, le=60)


def connect(settings: Mapping[str, Any], folder: Path) -> Connection:
    """Open the shop that the settings name, relative to `folder`; raises Misconfigured or Unavailable."""
    try:
        wanted = EmbeddedSettings.model_validate(dict(settings))
    except ValidationError as error:
        problems = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        raise misconfigured(
            f"these settings do not fit: {problems}.",
            "settings",
            "Give database, and sample or busy_timeout if need be.",
        ) from error
    path = folder / wanted.database
    if wanted.sample and not path.exists():
        _make_sample(path)
    return open_shop(path, busy_timeout=wanted.busy_timeout)


def _make_sample(path: Path) -> None:
    from hybrid_agent_tools.embedded.sample import create_sample_shop

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise misconfigured(
            f"the folder {path.parent} cannot be made: {error.strerror}.",
            "settings",
            "Move away what is in its place, or name another database.",
        ) from error
    with suppress(Rejected):  # another process made it meanwhile
        create_sample_shop(path, now=utc_now())


def open_shop(
    path: Path | str,
    *,
    busy_timeout: float = 2.0,
    clock: Callable[[], datetime] = utc_now,
    chance: Random = UNGUESSABLE,
) -> Connection:
    """Open a shop's file; `clock` gives the aware time that rules and records go by.

    Codes and links are drawn from `chance`: give another only where nobody's account is behind them.
    """
    shop = Shop(Database(Path(path), busy_timeout=busy_timeout), clock, chance)
    orders: OrderSystem = EmbeddedOrders(shop)
    customers: CustomerDirectory = EmbeddedCustomers(shop)
    tickets: TicketDesk = EmbeddedTickets(shop)
    identity: Identity = EmbeddedIdentity(shop)
    calendar: Calendar = EmbeddedCalendar(shop)
    systems = {
        port_name(OrderSystem): orders,
        port_name(CustomerDirectory): customers,
        port_name(TicketDesk): tickets,
        port_name(Identity): identity,
        port_name(Calendar): calendar,
    }
    return Connection(MappingProxyType(systems), shop.database.close)
