"""Placeholders for personal data in what a language model reads, and the values again in what it writes.

Only a placeholder exactly as it was given out is restored. What looks like one in an input is itself replaced
(`<TEXT_1>`), so nobody gets a value by typing its placeholder. What looks like one in a model's text and is
none is a leftover, and the sentence with it is not to be used.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from types import MappingProxyType

from pydantic import JsonValue

from hybrid_agent.redaction.finding import Finder, Found, found_in, replaced
from hybrid_agent.redaction.personal import KINDS, Key, Known, distinct, each_string
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.spelling import spellings

LIKE = re.compile(rf"(?:<\s*)?(?:{'|'.join(KINDS)})\\?_\d+(?:\s*>)?", re.IGNORECASE)
"""What looks like a placeholder, whole or broken."""
_EXACT = re.compile(rf"<({'|'.join(KINDS).upper()})_[0-9]+>")
_WORDS = "|".join(KINDS).replace("_", "[ _]?")
_LEFT = re.compile(
    rf"{LIKE.pattern}|[<\[{{]\s*(?:{_WORDS})[ _-]?\d*\s*[>\]}}]"
    rf"|(?-i:\b(?:{_WORDS.upper()})[ -]?\d+\b|<[A-Z][A-Z0-9_ ]{{2,40}}>)",
    re.IGNORECASE,
)
"""What a customer should never see: broken and invented placeholders, and the words that hide values."""


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The placeholders of one conversation.

    `values` has what each stands for, spelled as it is known, or else as it first appeared.
    """

    values: Mapping[str, str] = field(repr=False)
    _given: Mapping[Key, str] = field(repr=False)
    _finder: Finder = field(repr=False)
    _masked: Mapping[str, str] = field(repr=False)

    def mask(self, text: str) -> str:
        """The text, plain or JSON, with placeholders for its values.

        A value that is neither known nor in the conversation's texts has none: it becomes `[email]`.
        """
        kept = self._masked.get(text)
        return replaced(text, self._finder.find(text), self._given) if kept is None else kept

    def mask_data(self, data: JsonValue) -> JsonValue:
        """The data with its strings masked; names of fields and numbers stay."""
        return each_string(data, self.mask)

    def restore(self, text: str) -> str:
        """A model's text with the values, in one pass: no value is looked into for placeholders."""
        return _EXACT.sub(lambda match: self.values.get(match.group(), match.group()), text)

    def leftovers(self, text: str) -> tuple[str, ...]:
        """What in a model's text, before it is restored, looks like a placeholder and is not one of these."""
        return tuple(found for match in _LEFT.finditer(text) if (found := match.group()) not in self.values)


def placeholders_for(texts: Sequence[str], known: Sequence[Known], redactor: Redactor) -> Placeholders:
    """The placeholders of a conversation, numbered as their values first appear in its texts, then as known.

    Numbers stay while texts are added and nothing becomes known that stands in an earlier one. A value's
    spellings share one placeholder: e-mail and names in any case, phone numbers in any groups. ValueError for
    a known value of a kind that has no placeholders.
    """
    named = distinct(known)
    finder = Finder(partial(_search, redactor), spellings(named.values()))
    found = {text: finder.find(text) for text in texts}
    spelled: dict[Key, str] = {}
    for one in chain.from_iterable(found.values()):
        spelled.setdefault(one.key, one.value)
    given = _numbered([*spelled, *named])
    values = {given[key]: named[key].value if key in named else spelled[key] for key in given}
    masked = {text: replaced(text, found[text], given) for text in found}
    return Placeholders(MappingProxyType(values), given, finder, masked)


def _search(redactor: Redactor, text: str) -> Iterator[Found]:
    """What is personal, and what the text has of its own that looks like a placeholder."""
    if "_" in text:
        yield from (found_in(text, *match.span(), "text") for match in LIKE.finditer(text))
    yield from redactor.search(text)


def _numbered(keys: Iterable[Key]) -> dict[Key, str]:
    given: dict[Key, str] = {}
    counts: Counter[str] = Counter()
    for key in dict.fromkeys(keys):
        counts[key[0]] += 1
        given[key] = f"<{key[0].upper()}_{counts[key[0]]}>"
    return given
