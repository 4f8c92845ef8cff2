"""The one redactor: what is personal in a text, for whatever is logged, recorded, traced, shown or asked."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from pydantic import JsonValue

from hybrid_agent.redaction import checked, contact, said
from hybrid_agent.redaction.engine import Analyze, analyzer
from hybrid_agent.redaction.finding import Finder, Found, found_in, replaced
from hybrid_agent.redaction.patterns import compiled, spans
from hybrid_agent.redaction.personal import each_string
from hybrid_agent.redaction.settings import RedactionSettings
from hybrid_agent.redaction.spans import Spans, joined

FORMS: tuple[tuple[str, Spans], ...] = (
    ("iban", checked.ibans),
    ("card", checked.cards),
    ("email", contact.emails),
    ("phone", contact.phones),
    ("link", contact.private_links),
    ("secret", said.secrets),
    ("national_id", said.national_ids),
    ("birth_date", said.birth_dates),
    ("postcode", said.postcodes),
    ("name", said.names),
)
"""What is personal by its form or by the words around it, whatever the deployment."""
GUESSED = frozenset({"phone", "national_id", "postcode", "account"})
"""Kinds whose form a record's id may have too."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Finds personal data by form: the recognisers of this package and of Presidio, the deployment's patterns
    and what else it is given.

    `recognisers` are further ones by kind; `ids` say where a text has the id of a record, which is no
    telephone number. `country` is where the customers are (ISO 3166 alpha-2). Presidio is loaded by the first
    text, which takes a second, or by `warm`.
    """

    settings: RedactionSettings = field(default_factory=RedactionSettings)
    country: str = "US"
    recognisers: tuple[tuple[str, Spans], ...] = ()
    ids: tuple[Spans, ...] = ()
    _loaded: list[Analyze] = field(default_factory=list, init=False, repr=False, compare=False)
    _loading: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def warm(self) -> None:
        """Load what finding needs: for a thread of its own, before the first text comes."""
        self._analyze("")

    def search(self, text: str) -> Iterator[Found]:
        """All that is personal by form, also where one lies over another."""
        return self._kept(text, self._analyze(text))

    def _kept(self, text: str, analyzed: Iterable[tuple[str, int, int]]) -> Iterator[Found]:
        taken = [span for ids in self.ids for span in ids(text)]
        for kind, start, end in sorted(analyzed, key=lambda each: each[0] in GUESSED):
            if kind not in GUESSED or not any(first <= start and end <= last for first, last in taken):
                yield found_in(text, start, end, kind)

    def find(self, text: str) -> list[Found]:
        """What is personal by form, from left to right, none over another."""
        return Finder(self.search).find(text)

    def mask(self, text: str) -> str:
        """The text with what is personal replaced by its kind, such as `[email]`."""
        return replaced(text, self.find(text), {})

    def mask_at_once(self, text: str) -> str:
        """As `mask`, but without Presidio as long as that is not loaded: it waits for nothing."""
        search = self.search if self._loaded else self._unaided
        return replaced(text, Finder(search).find(text), {})

    def mask_data(self, data: JsonValue) -> JsonValue:
        """The data with its strings masked; names of fields and numbers stay."""
        return each_string(data, self.mask)

    def _unaided(self, text: str) -> Iterator[Found]:
        return self._kept(text, [(kind, *span) for kind, each in self._all() for span in each(text)])

    def _analyze(self, text: str) -> list[tuple[str, int, int]]:
        if not self._loaded:
            with self._loading:
                if not self._loaded:
                    self._loaded.append(analyzer(self._all(), self.country))
        return self._loaded[0](text)

    def _all(self) -> Sequence[tuple[str, Spans]]:
        own = [("private_id", partial(spans, compiled(each))) for each in self.settings.patterns.values()]
        everywhere = [("link", contact.websites)] if self.settings.websites else []
        return _joined((*FORMS, *self.recognisers, *own, *everywhere))


def _joined(recognisers: Sequence[tuple[str, Spans]]) -> list[tuple[str, Spans]]:
    """One recogniser a kind."""
    by_kind: dict[str, list[Spans]] = {}
    for kind, each in recognisers:
        by_kind.setdefault(kind, []).append(each)
    return [(kind, partial(_any, tuple(each))) for kind, each in by_kind.items()]


def _any(recognisers: Sequence[Spans], text: str) -> Iterator[tuple[int, int]]:
    return joined(span for each in recognisers for span in each(text))
