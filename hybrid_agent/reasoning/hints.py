"""What recognisers are told about a slot of the catalog."""

from collections.abc import Mapping
from datetime import datetime

from hybrid_agent.catalog import Catalog, Slot
from hybrid_agent.slots import Hints


def hints_for(
    slot: Slot,
    catalog: Catalog,
    now: datetime,
    *,
    choices: Mapping[str, tuple[str, ...]] | None = None,
    asked: bool = False,
) -> Hints:
    """The hints for a slot; `choices` are values on offer in place of the catalog's own."""
    return Hints(
        now=now,
        country=catalog.country,
        locale=catalog.language,
        pattern=slot.pattern,
        labels=slot.labels,
        choices=slot.choices if choices is None else choices,
        asked=asked,
        prefer="past" if slot.prefer == "past" else "future",
    )
