"""Personal values that are known from records, and what counts as the same value."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue

MIN_LENGTH = 3
"""Shorter values are left alone: they would be found everywhere and say little."""

EVERYDAY = re.compile(
    "agent|angel|april|art|august|autumn|bath|bill|bob|bot|brand|buck|cash|chance|chase|christian|"
    "client|clay|cliff|customer|dale|dawn|dean|drew|earl|else|essen|faith|frank|gene|general|glen|"
    "grace|grant|halle|happy|heath|herb|holly|hope|hunter|ivy|jack|jade|jean|jewel|jimmy|joy|june|king|"
    "lake|lance|lane|long|love|major|mark|mason|may|miles|mobile|nice|norm|opal|order|page|parker|pat|"
    "pearl|penny|poppy|price|ray|reading|red|rich|rob|robin|rock|rose|ruby|rusty|sally|sandy|service|"
    "shop|skip|split|sterling|store|sue|summer|support|system|team|tours|troy|van|violet|wade|ward|"
    "warren|will|young",
    re.IGNORECASE,
)
"""Names that are words too: with a capital they are taken for the name, without it for the word."""

KINDS = (
    *("name", "first_name", "last_name", "email", "phone", "address", "street", "postcode", "city"),
    *(
        "link",
        "iban",
        "card",
        "ip_address",
        "account",
        "national_id",
        "birth_date",
        "secret",
        "private_id",
        "text",
    ),
)
"""What there are placeholders for; `text` is text of the input's own that looks like one."""
Key = tuple[str, str]
"""A kind, and what all spellings of one value have in common."""

GROUPED = ("postcode", "iban", "card", "national_id")
"""Kinds whose characters are written in groups of any kind."""


class Known(NamedTuple):
    """A personal value, of one of the kinds that have placeholders."""

    kind: str
    value: str


def personal_of(data: JsonValue, fields: Mapping[str, str]) -> tuple[Known, ...]:
    """The personal values in a fact's `data`, each once.

    `fields` is path -> kind, as an operation's `personal_fields()` gives it. A list that was read stands in
    the data as `items`.
    """
    found = (
        Known(str(kind), value.strip())
        for path, kind in fields.items()
        for value in _at(data, path.replace("[]", ".[]").strip(".").split("."))
        if isinstance(value, str) and value.strip()
    )
    return tuple(dict.fromkeys(found))


def _at(data: JsonValue, path: list[str]) -> Iterator[JsonValue]:
    if not path:
        yield data
    elif path[0] == "[]":
        listed = data.get("items") if isinstance(data, dict) else data
        for item in listed if isinstance(listed, list) else ():
            yield from _at(item, path[1:])
    elif isinstance(data, dict) and path[0] in data:
        yield from _at(data[path[0]], path[1:])


def each_string(data: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """The data with its strings changed; names of fields and numbers stay."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {name: each_string(value, change) for name, value in data.items()}
    return [each_string(value, change) for value in data] if isinstance(data, list) else data


def distinct(known: Iterable[Known]) -> dict[Key, Known]:
    """The values that are long enough to mask, each once; then the first and the last names among them.

    ValueError for a kind that has no placeholders.
    """
    bare = [Known(kind, value.strip()) for kind, value in known]
    unknown = sorted({each.kind for each in bare} - set(KINDS))
    if unknown:
        raise ValueError(f"no placeholders for {', '.join(unknown)}: give one of {', '.join(KINDS)}")
    parts = [part for each in bare if each.kind == "name" for part in _name_parts(each.value)]
    by_key: dict[Key, Known] = {}
    for each in (*bare, *parts):
        if len(each.value) >= MIN_LENGTH:
            by_key.setdefault(key_of(*each), each)
    return by_key


def _name_parts(name: str) -> Iterator[Known]:
    words = [word for word in name.replace(",", " ").split() if not word.endswith(".")]
    if len(words) > 1:
        yield Known("first_name", words[0])
        yield Known("last_name", " ".join(words[1:]))


def key_of(kind: str, value: str) -> Key:
    """What two spellings of one value have in common."""
    plain = unicodedata.normalize("NFC", value)
    if kind == "phone":
        digits = "".join(each for each in plain if each.isdigit())
        return kind, digits if plain.lstrip().startswith("+") else digits.removeprefix("00")
    if kind in GROUPED:
        return kind, "".join(filter(str.isalnum, plain)).upper()
    if kind in ("link", "secret", "text"):
        return kind, plain
    if kind == "address":
        plain = "".join(each if each.isalnum() else " " for each in plain)
    return kind, " ".join(plain.casefold().split())
