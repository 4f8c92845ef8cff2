"""Names of people, and free text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hybrid_agent.slots.model import MAX_TEXT, Hints, Hit

MAX_NAME = 100

_WORD = r"[^\W\d_][^\W\d_'.-]{0,30}(?:['.-][^\W\d_]{1,30}){0,3}\.?"
_PARTICLE = r"(?:van|de|der|den|von|du|la|le|di|da|el|al|bin)\b"
_CAPITAL = rf"(?=[A-ZÀ-ÞŁŚŽČĆĐŞ]){_WORD}"
_INTRODUCED = re.compile(
    r"(?i:my (?:full )?name is|my name's|i am called|this is|mein name ist|ich hei(?:ß|ss)e|"
    r"je m'appelle|mon nom est|me llamo|mi nombre es|mijn naam is|ik heet|name:)\s{1,3}"
    rf"({_WORD}(?: (?:{_PARTICLE}|{_CAPITAL})){{0,5}})"
)
_ASKED = re.compile(
    rf"\s*(?:(?i:it's|it is|i'm|i am|ich bin|je suis|soy|ik ben)\s)?({_WORD}(?: {_WORD}){{0,5}})[\s.!,]*$"
)
_NOT_NAMES = re.compile(
    r"(?i:yes|no|ok|okay|why|what|none|cancel|stop|help|hello|hi|thanks|please|not|never|urgent|the|a|about|for|my|an|"
    r"ridiculous|i|you|sure|who|how|where|when|it)\b"
)


def find_name(text: str, hints: Hints) -> Iterator[Hit]:
    """A name after "my name is" and the like; any few words when just asked for."""
    for match in _INTRODUCED.finditer(text):
        named = match[1][0].isupper() or hints.asked or "name" in match[0].lower()
        if named and not _NOT_NAMES.match(match[1]):
            written = match[1].rstrip(".")
            yield Hit(written, match.start(1), match.start(1) + len(written))
            return
    asked = _ASKED.match(text) if hints.asked and len(text) <= 120 else None
    if asked and not _NOT_NAMES.match(asked[1]):
        written = asked[1].rstrip(".")
        yield Hit(written, asked.start(1), asked.start(1) + len(written))


def name(value: object, hints: Hints) -> str | None:
    """A name of up to MAX_NAME characters with at least one letter, spaces put right, or None."""
    plain = " ".join(value.split()) if isinstance(value, str) else ""
    return plain if 0 < len(plain) <= MAX_NAME and any(char.isalpha() for char in plain) else None


def text(value: object, hints: Hints) -> str | None:
    """The text without space around it, or None if it is empty or longer than MAX_TEXT."""
    plain = value.strip() if isinstance(value, str) else ""
    return plain if 0 < len(plain) <= MAX_TEXT else None


def find_text(text: str, hints: Hints) -> Iterator[Hit]:
    """The whole message when it was just asked for; otherwise nothing."""
    written = text.strip()
    if hints.asked and written:
        start = text.index(written)
        yield Hit(written, start, start + len(written))
