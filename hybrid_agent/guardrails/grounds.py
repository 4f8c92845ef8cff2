"""What one evidence id carries: its claims, its statements, and whether the ledger holds it as done."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.guardrails.claims import Claim, claims, claims_of
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.naming import literal, runs
from hybrid_agent.guardrails.reading import Segment, segment, segments, stems
from hybrid_agent.guardrails.tabular import apart

_CODE = re.compile(r"[a-z]+(?:[ _-][a-z]+){0,4}")
"""A value that is a word of a system's own, such as `partly_shipped`, and nobody's free text."""
_STATEMENT = re.compile(r"(?<=[.!?])\s+|\n+")
_ZERO = re.compile(r"0+(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: its statement, its claims, the words of its name, and those of where it stands.

    `value` are the words of a value that is a name. The record's own name is in neither of the others.
    `place` holds the texts beside a field of a list's item, too.
    """

    said: Segment
    claims: frozenset[Claim]
    value: tuple[str, ...]
    name: frozenset[str]
    place: frozenset[str]


LONGEST_NAME = 4
"""The words of the longest value that is read as a name."""

PLACES = ("link", "email")
"""Kinds of claims that send the customer somewhere."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What one evidence id carries: claims, and whether the ledger holds it as done.

    `prose` are the statements of a text, `fields` those of a record, `record` the words of the record's name,
    `places` the links and e-mail addresses that are a field by themselves; only sentences of a model are
    compared with them. `names` are the runs of words in capitals, `literal` all words as they stand,
    `statements` what is compared in meaning.
    """

    claims: frozenset[Claim]
    effect: bool = False
    prose: tuple[Segment, ...] = ()
    fields: tuple[Field, ...] = ()
    record: frozenset[str] = frozenset()
    places: frozenset[Claim] = frozenset()
    names: frozenset[tuple[str, ...]] = frozenset()
    literal: frozenset[str] = frozenset()
    statements: tuple[str, ...] = ()


def plain_ground(data: JsonValue = None, text: str = "", *, name: str = "", effect: bool = False) -> Ground:
    """As `ground`, for sentences in the catalog's words: the claims alone, which is quicker."""
    return Ground(claims=claims_of(data) | claims(text), effect=effect)


def ground(data: JsonValue = None, text: str = "", *, name: str = "", effect: bool = False) -> Ground:
    """The ground that a record's `data` and a passage's `text` give.

    `name` is what the record is (`order`), `effect` says that the ledger holds it as done.
    """
    prose, rows = apart(text)
    written = "\n".join([text, *_values(data)])
    fields = (*_fields(data, _Path(name)), *_fields(rows, _Path("")))
    return Ground(
        claims=claims_of(data).union(claims(text), *(each.claims for each in fields)),
        effect=effect,
        prose=segments(prose),
        fields=fields,
        record=stems(plain_words(name)),
        places=frozenset(_places(data)),
        names=runs(written),
        literal=literal(plain_words(written)),
        statements=(*_sentences(text), *_told(data, (name,) if name else ())),
    )


def _places(value: JsonValue) -> Iterator[Claim]:
    """What a record names as a link or an address; one within a free text is whoever wrote that text's."""
    if isinstance(value, str) and len(value.split()) == 1:
        yield from (claim for claim in claims(value) if claim.kind in PLACES)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _places(item)


def _sentences(text: str) -> Iterator[str]:
    """The sentences and lines of a text, as they are compared in meaning."""
    return (each.strip() for each in _STATEMENT.split(text) if each.strip(" |-*#\n"))


def _told(value: JsonValue, way: tuple[str, ...]) -> Iterator[str]:
    """The fields of a record as they are compared in meaning: "order parcel status: shipped"."""
    if isinstance(value, dict) and not {"amount", "currency"} <= value.keys():
        for name, item in value.items():
            yield from _told(item, (*way, str(name)))
    elif isinstance(value, list):
        for item in value:
            yield from _told(item, way)
    elif value not in (None, ""):
        yield f"{' '.join(way[:1] + way[-1:]).replace('_', ' ')}: {show(value, 'words')}"


def _values(value: JsonValue) -> Iterator[str]:
    """A record's values as text, a line each."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _values(item)
    elif value is not None:
        yield str(value)


@dataclass(frozen=True, slots=True)
class _Path:
    """The way to a field: the record, the names, whether through a list, and the texts of the list's item."""

    record: str
    names: tuple[str, ...] = ()
    listed: bool = False
    beside: frozenset[str] = frozenset()

    def to(self, name: str) -> "_Path":
        return replace(self, names=(*self.names, name))


def _fields(value: JsonValue, path: _Path) -> Iterator[Field]:
    if isinstance(value, dict):
        if "amount" in value and "currency" in value:
            yield from _field(path, value)
            return
        if path.listed:
            path = replace(path, beside=path.beside | _texts(value))
        for name, item in value.items():
            yield from _fields(item, path.to(str(name)))
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item, replace(path, listed=True))
    elif value is not None and value != "":
        yield from _field(path, value)


def _texts(item: Mapping[str, JsonValue]) -> frozenset[str]:
    """The words of the texts among an item's values and of their names: what it is called."""
    texts = {name: each for name, each in item.items() if isinstance(each, str) and not _CODE.fullmatch(each)}
    named = (f"{name} {each}" for name, each in texts.items() if not claims(each))
    return frozenset[str]().union(*(stems(plain_words(each)) for each in named))


def _field(path: _Path, value: JsonValue) -> Iterator[Field]:
    last = plain_words(" ".join(path.names[-1:]).replace("_", " "))
    near = plain_words(" ".join(path.names[-2:]).replace("_", " "))
    all_ = claims(last) | (claims_of(value) if isinstance(value, str) else frozenset[Claim]())
    called = _called(value) if isinstance(value, str) else ()
    for said in _said(path, value):
        yield Field(said, said.claims | all_, called, stems(last), stems(near) | path.beside)


def _called(value: str) -> tuple[str, ...]:
    """The words of a value that is a name: "Linz station"."""
    words = value.split()
    if (
        not 1 < len(words) <= LONGEST_NAME
        or not words[0][0].isupper()
        or not all(each.isalpha() for each in words)
    ):
        return next(iter(runs(f"is {value}")), ())
    return tuple(plain_words(value).split())


def _said(path: _Path, value: JsonValue) -> Iterator[Segment]:
    """The statements of a field. What a list holds is true of one of several, no deed of the whole."""
    way = (path.record, *path.names) if path.record else path.names
    name = " ".join(dict.fromkeys((*way[:1], *way[-2:]))).replace("_", " ")
    if isinstance(value, bool):
        yield segment(plain_words(name if value else f"not {name}"), deeds=not path.listed)
    elif _is_zero(value):
        yield segment(plain_words(f"nothing {name}: {show(value)}"), deeds=not path.listed)
    else:
        shown = show(value, "words") if isinstance(value, str) and _CODE.fullmatch(value) else show(value)
        unit = f", {shown} {name.split()[-1]}" if isinstance(value, int | float) and name else ""
        own = isinstance(value, str) and not _CODE.fullmatch(value)
        if own:
            yield segment(plain_words(name), deeds=not path.listed)
        yield segment(plain_words(f"{name}: {shown}{unit}"), deeds=not path.listed and not own)


def _is_zero(value: JsonValue) -> bool:
    written = value.get("amount") if isinstance(value, dict) else value
    return isinstance(written, str | int | float) and _ZERO.fullmatch(str(written)) is not None
