"""The sample shop: 200 customers with 600 orders in every state, drawn from small lists with a fixed seed.

The same seed and moment give the same shop. Its dates are relative to the moment, so that what is on its way
today is on its way whenever the shop is created. `known` tells which records can be relied on by name.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hybrid_agent_tools.customers import AccountStatus
from hybrid_agent_tools.embedded import schema
from hybrid_agent_tools.embedded.database import connect_file
from hybrid_agent_tools.embedded.refusals import rejected
from hybrid_agent_tools.embedded.rules import ShopRules, save_rules
from hybrid_agent_tools.embedded.sample.conversations import add_tickets
from hybrid_agent_tools.embedded.sample.goods import PRODUCTS, SCENARIOS
from hybrid_agent_tools.embedded.sample.known import KNOWN
from hybrid_agent_tools.embedded.sample.orders import add_order, drawn_goods
from hybrid_agent_tools.embedded.sample.people import Person, add_person, drawn_person, known_person
from hybrid_agent_tools.embedded.sample.rows import Build
from hybrid_agent_tools.embedded.sample.times import add_times
from hybrid_agent_tools.embedded.shop import Session

__all__ = ["create_sample_shop"]

CUSTOMERS, ORDERS, TICKETS, APPOINTMENTS = 200, 600, 180, 60
FIRST_NUMBER = 1001
UNDER_WAY = frozenset(
    {
        "unfulfilled",
        "payment_pending",
        "partly_shipped",
        "label_created",
        "in_transit",
        "out_for_delivery",
        "held_up",
    }
)


def create_sample_shop(path: Path | str, *, now: datetime, seed: int = 7, overwrite: bool = False) -> Path:
    """Create the sample shop at the path, whole or not at all; `now` is aware.

    Raises Rejected when a file is there already and `overwrite` is not given.
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise rejected(
            f"{target} exists already; nothing was written.",
            str(target),
            "Give another path, or say that it may be overwritten.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    _discard(unfinished)
    _write(unfinished, _build(now.astimezone(UTC), seed))
    _discard(target)
    return unfinished.rename(target)


def _build(now: datetime, seed: int) -> Build:
    build = Build(now, random.Random(seed))  # noqa: S311 - a sample is to be repeatable, not secret
    people = [known_person(index, known) for index, known in enumerate(KNOWN)]
    people += [drawn_person(build, index) for index in range(len(KNOWN), CUSTOMERS)]
    orders = list(_plan(build, people))
    busy = {person for person, scenario in orders if scenario in UNDER_WAY} | set(people[: len(KNOWN)])
    for person in people:
        add_person(build, person, AccountStatus.ACTIVE if person in busy else _status(build))
    numbers = _add_orders(build, orders)
    add_tickets(build, TICKETS, numbers)
    add_times(build, people, APPOINTMENTS)
    return build


def _plan(build: Build, people: Sequence[Person]) -> Iterator[tuple[Person, str]]:
    """Who orders what kind: the known ones, then every scenario once, then by share."""
    for person, known in zip(people, KNOWN, strict=False):
        yield from ((person, order.scenario) for order in known.orders)
    others, names = people[len(KNOWN) :], list(SCENARIOS)
    shares = [scenario.share for scenario in SCENARIOS.values()]
    drawn = ORDERS - len(names) - sum(len(known.orders) for known in KNOWN)
    for scenario in [*names, *build.draw.choices(names, shares, k=drawn)]:
        yield build.draw.choice(others), scenario


def _add_orders(build: Build, orders: Sequence[tuple[Person, str]]) -> Mapping[Person, list[str]]:
    numbers: dict[Person, list[str]] = {}
    known = [order for customer in KNOWN for order in customer.orders]
    stock = {product.sku: product for product in PRODUCTS}
    for place, (person, scenario) in enumerate(orders):
        number = str(FIRST_NUMBER + place)
        if place < len(known):
            placed = build.ago(days=known[place].placed_days_ago)
            goods = [(stock[sku], 1) for sku in known[place].skus]
        else:
            placed = build.ago(days=build.draw.uniform(*SCENARIOS[scenario].placed))
            goods = drawn_goods(build, scenario)
        add_order(build, number, person, scenario, placed, goods)
        numbers.setdefault(person, []).append(number)
    return numbers


def _status(build: Build) -> AccountStatus:
    return build.draw.choices(tuple(AccountStatus), (80, 12, 8))[0]


def _write(path: Path, build: Build) -> None:
    connection = connect_file(path, 0, mode="rwc")
    try:
        schema.create(connection)
        connection.execute("BEGIN")
        save_rules(Session(connection, build.now), ShopRules())
        build.save(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _discard(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
