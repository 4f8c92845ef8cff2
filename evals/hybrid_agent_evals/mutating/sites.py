"""Every place of a catalog that can be written in, found by walking its models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.conditions import Bounds
from hybrid_agent_tools import Operation

Place = tuple[str | int, ...]


class Nothing(Enum):
    """The one value `GONE`: written to an item of a list or a mapping, it takes the item out."""

    GONE = "gone"


GONE = Nothing.GONE


@dataclass(frozen=True, slots=True)
class Site:
    """One field of one part: `owner` is the part that has it, `value` what stands there."""

    catalog: Catalog
    operations: Mapping[str, Operation]
    place: Place
    owner: BaseModel
    value: Any

    @property
    def field(self) -> str:
        """`Model.field`, by which operators are found."""
        return f"{type(self.owner).__name__}.{self.place[-1]}"

    def part_of(self, section: str) -> str | None:
        """The name of the intent, slot or policy that this belongs to, in `section` of the catalog."""
        return str(self.place[1]) if len(self.place) > 1 and self.place[0] == section else None

    @property
    def part(self) -> str:
        """What this belongs to, as a support lead calls it."""
        one = {"intents": "intent", "slots": "slot", "policies": "policy"}.get(str(self.place[0]))
        return f"{one} {self.place[1]}" if one and len(self.place) > 1 else "the catalog"


def sites(catalog: Catalog, operations: Mapping[str, Operation]) -> Iterator[Site]:
    """Every field of every part, in the order of the models; those that were left out have their default.

    Conditions are changed as a whole, by whoever knows what they are for: their bounds are no sites.
    """

    def walk(value: object, place: Place) -> Iterator[Site]:
        if isinstance(value, BaseModel) and not isinstance(value, Bounds):
            for name in type(value).model_fields:
                inner, here = getattr(value, name), (*place, name)
                yield Site(catalog, operations, here, value, inner)
                yield from walk(inner, here)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                yield from walk(item, (*place, key))
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                yield from walk(item, (*place, number))

    return walk(catalog, ())


def written(catalog: Catalog, place: Place, value: object) -> Catalog:
    """The catalog with a value in a place, read again as from its file.

    Raises pydantic.ValidationError where it is then no catalog.
    """
    return Catalog.model_validate(_put(catalog, place, value).model_dump(exclude_unset=True))


def value_at(catalog: Catalog, place: Place) -> Any:
    """What stands in a place."""
    found: Any = catalog
    for step in place:
        found = getattr(found, str(step)) if isinstance(found, BaseModel) else found[step]
    return found


def _put(value: Any, place: Place, new: object) -> Any:
    if not place:
        return new
    step, rest = place[0], place[1:]
    if isinstance(value, BaseModel):
        return value.model_copy(update={str(step): _put(getattr(value, str(step)), rest, new)})
    gone = new is GONE and not rest
    if isinstance(value, Mapping):
        if gone:
            return {key: item for key, item in value.items() if key != step}
        return {**value, step: _put(value.get(step), rest, new)}
    items = list(value)
    items[int(step) : int(step) + 1] = [] if gone else [_put(items[int(step)], rest, new)]
    return tuple(items)
