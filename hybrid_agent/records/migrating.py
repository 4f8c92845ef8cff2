"""Tables of version 1 as this version has them: only added to, in the transaction that opens them.

What was said before is in the graph's checkpoints alone; the transcript begins with the next message.
"""

from sqlalchemy import Boolean, Column, Integer, Table, func, insert, inspect, select, union_all, update
from sqlalchemy.engine import Connection

from hybrid_agent.caller import Caller
from hybrid_agent.records.columns import UtcTime
from hybrid_agent.records.hand_offs import for_lists
from hybrid_agent.records.schema import conversations, effects, events, hand_offs, metadata
from hybrid_agent.settings import ServiceSettings

MIGRATES = 1
"""The version that is brought up to this one."""


def migrate(connection: Connection) -> None:
    """Add the tables, columns and indexes that are missing, and fill them from what is there."""
    known = set(inspect(connection).get_table_names())
    _unguard(connection)
    metadata.create_all(connection, checkfirst=True)
    for table in metadata.sorted_tables:
        if table.name in known:
            _complete(connection, table)
    _fill_hand_offs(connection, ServiceSettings())
    _enter_conversations(connection)


def _unguard(connection: Connection) -> None:
    """Take away the triggers on events, for those that this version has."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP TRIGGER hybrid_agent_events_no_change ON {events.name}")
        return
    for change in ("update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER hybrid_agent_events_no_{change}")


def _complete(connection: Connection, table: Table) -> None:
    """The columns and indexes of a table that was there; indexes that it has no more are dropped."""
    inspector = inspect(connection)
    columns = {each["name"] for each in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in columns:
            connection.exec_driver_sql(_adding(connection, table, column))
    wanted = {index.name: index for index in table.indexes}
    standing = {each["name"] for each in inspector.get_indexes(table.name) if not each["unique"]}
    unique = {each["name"] for each in inspector.get_indexes(table.name) if each["unique"]}
    for name in sorted(standing - wanted.keys(), key=str):
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    for name, index in wanted.items():
        if name not in standing | unique:
            index.create(connection)


def _adding(connection: Connection, table: Table, column: Column[object]) -> str:
    quoted = connection.dialect.identifier_preparer.quote(column.name)
    kind = column.type.compile(connection.dialect)
    filled = "" if column.nullable else f" NOT NULL DEFAULT {_until_filled(column)}"
    return f"ALTER TABLE {table.name} ADD COLUMN {quoted} {kind}{filled}"


def _until_filled(column: Column[object]) -> str:
    """What stands in a new column that may not be empty: an Integer's own default, or nothing much."""
    match column.type:
        case Boolean():
            return "false"
        case Integer():
            return str(getattr(column.default, "arg", 0))
        case UtcTime():
            return "'1970-01-01 00:00:00'"
        case _:
            return "''"


def _fill_hand_offs(connection: Connection, service: ServiceSettings) -> None:
    """What lists show of a hand-off; where it was to be taken up by is as the standard settings say."""
    query = select(hand_offs.c.id, hand_offs.c.reasons, hand_offs.c.packet, hand_offs.c.opened)
    for name, reasons, packet, opened in connection.execute(query).all():
        filled = for_lists(reasons, packet if isinstance(packet, dict) else {}, service, opened)
        connection.execute(update(hand_offs).where(hand_offs.c.id == name).values(**filled))


def _enter_conversations(connection: Connection) -> None:
    """Every conversation that the records know of, with its first and its last moment."""
    seen = union_all(
        *(
            select(each.c.thread, each.c.customer_id, moment.label("at"))
            for each, moment in (
                (events, events.c.at),
                (effects, effects.c.created),
                (hand_offs, hand_offs.c.opened),
            )
        )
    ).subquery()
    customer = func.max(seen.c.customer_id)
    began = select(
        seen.c.thread,
        func.coalesce(customer, Caller.anonymous().id),
        customer,
        func.min(seen.c.at),
        func.max(seen.c.at),
    ).group_by(seen.c.thread)
    columns = ["thread", "owner", "customer_id", "opened", "last_at"]
    connection.execute(insert(conversations).from_select(columns, began))
