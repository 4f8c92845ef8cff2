"""What one evidence id carries: its claims, its statements, and whether the ledger holds it as done."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.guardrails.claims import Claim, claims, claims_of
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.reading import Segment, segment, segments

_CODE = re.compile(r"[a-z]+(?:[ _-][a-z]+){0,4}")
"""A value that is a word of a system's own, such as `partly_shipped`, and nobody's free text."""
_ZERO = re.compile(r"0+(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Ground:
    """What one evidence id carries: claims, and whether the ledger holds it as done.

    `prose` are the statements of a text, `fields` those of a record, one for each field; only sentences of a
    model are compared with them.
    """

    claims: frozenset[Claim]
    effect: bool = False
    prose: tuple[Segment, ...] = ()
    fields: tuple[Segment, ...] = ()


def ground(data: JsonValue = None, text: str = "", *, name: str = "", effect: bool = False) -> Ground:
    """The ground that a record's `data` and a passage's `text` give.

    `name` is what the record is (`order`), `effect` says that the ledger holds it as done.
    """
    return Ground(
        claims=claims_of(data) | claims(text),
        effect=effect,
        prose=segments(text),
        fields=tuple(_fields(data, (name,) if name else ())),
    )


def _fields(value: JsonValue, path: tuple[str, ...] = (), listed: bool = False) -> Iterator[Segment]:
    if isinstance(value, dict):
        if "amount" in value and "currency" in value:
            yield from _field(path, value, listed)
            return
        for name, item in value.items():
            yield from _fields(item, (*path, str(name)), listed)
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item, path, True)
    elif value is not None and value != "":
        yield from _field(path, value, listed)


def _field(path: tuple[str, ...], value: JsonValue, listed: bool) -> Iterator[Segment]:
    """The statement of a field. What a list holds is true of one of several, no deed of the whole."""
    name = " ".join(dict.fromkeys((*path[:1], *path[-2:]))).replace("_", " ")
    if isinstance(value, bool):
        yield segment(plain_words(name if value else f"not {name}"), deeds=not listed)
    elif _is_zero(value):
        yield segment(plain_words(f"nothing {name}: {show(value)}"), deeds=not listed)
    else:
        shown = show(value, "words") if isinstance(value, str) and _CODE.fullmatch(value) else show(value)
        unit = f", {shown} {name.split()[-1]}" if isinstance(value, int | float) and name else ""
        own = isinstance(value, str) and not _CODE.fullmatch(value)
        if own:
            yield segment(plain_words(name), deeds=not listed)
        yield segment(plain_words(f"{name}: {shown}{unit}"), deeds=not listed and not own)


def _is_zero(value: JsonValue) -> bool:
    written = value.get("amount") if isinstance(value, dict) else value
    return isinstance(written, str | int | float) and _ZERO.fullmatch(str(written)) is not None
