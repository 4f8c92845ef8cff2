"""A recording without its persons: made-up values for personal data, records of the stand-in shop for ids."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources

import yaml
from pydantic import JsonValue

from hybrid_agent import Deployment
from hybrid_agent.redaction.personal import Known, each_string
from hybrid_agent.redaction.placeholders import Placeholders, placeholders_for
from hybrid_agent.redaction.records import known_in
from hybrid_agent.redaction.spans import Spans
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.drafting.recording import Recording
from hybrid_agent_evals.worlds.owners import CUSTOMER, CUSTOMERS
from hybrid_agent_evals.worlds.rows import Snapshot

_INTRODUCED = re.compile(r"\b(?:[Ii]['’]m|[Ii] am|[Ii]t['’]s)\s+((?:[A-Z][\w'’-]+\s?){2,3})")  # noqa: RUF001
"""What may be a name and may be none (`I'm Not Amused`): taken for one in a draft, which somebody reads."""
_PLACEHOLDER = re.compile(r"<([A-Z_]+)_([0-9]+)>")


@dataclass(slots=True)
class Ids:
    """Ids of the recording and those of the stand-in shop that take their place, in the order of need.

    What the shop has stays as it is. `found` are the spans of a text that an id takes.
    """

    found: Spans
    known: frozenset[str]
    free: list[str]
    given: dict[str, str] = field(default_factory=dict)

    def replace(self, text: str) -> str:
        """The text with the shop's ids."""
        parts, end = list[str](), 0
        for start, last in sorted(set(self.found(text))):
            if start >= end:
                parts += (text[end:start], self.of(text[start:last]))
                end = last
        return "".join((*parts, text[end:]))

    def of(self, value: str) -> str:
        """What stands for an id: the same for the same; one of the same form where the shop has no more."""
        if value in self.known:
            return value
        if value not in self.given:
            self.given[value] = self.free.pop(0) if self.free else re.sub(r"\d", "9", value)
        return self.given[value]


def disguised(
    recording: Recording, deployment: Deployment, shop: Snapshot, passing: int = 0
) -> tuple[Recording, tuple[str, ...]]:
    """The recording as it may be kept, and what was replaced in it, in words that give nothing away.

    `passing` leaves out so many customers of the shop who could take the part of one whom it does not know.
    """
    spans = _spans(deployment)
    owned = _owned(shop, spans)
    people = _people(recording, shop, owned, passing)
    stand_in = people.get(recording.customer, recording.customer)
    free = owned.get(stand_in) or (next(iter(owned.values()), []) if stand_in == NOBODY else [])
    ids = Ids(spans, frozenset(key for _, key in shop), list(free))
    texts = list(_texts(recording.turns))
    known = (*known_in(recording.records, deployment.personal_places()), *_introduced(texts))
    veil = placeholders_for(texts, known, deployment.redactor)
    turns = tuple(_turn(each, people, lambda text: _plain(text, veil, ids)) for each in recording.turns)
    used = {each for turn in recording.turns for text in _texts([turn]) for each in _used(veil.mask(text))}
    counts = Counter(_PLACEHOLDER.sub(r"\1", each).lower().replace("_", " ") for each in sorted(used))
    swapped = sum(old != new for old, new in people.items())
    notes = (
        *(f"{count} x {kind}" for kind, count in counts.items()),
        *([f"{len(ids.given)} x id of a record"] if ids.given else []),
        *([f"{swapped} x id of a customer"] if swapped else []),
    )
    return replace(recording, customer=stand_in, turns=turns, records=None), notes


def _introduced(texts: Sequence[str]) -> Iterator[Known]:
    for text in texts:
        yield from (Known("name", match[1].strip()) for match in _INTRODUCED.finditer(text))


def _people(
    recording: Recording, shop: Snapshot, owned: Mapping[str, Sequence[str]], passing: int
) -> dict[str, str]:
    """Who takes the part of each customer: themselves, if the shop knows them, or one it knows."""
    here = [key for table, key in shop if table == CUSTOMERS]
    writers = [recording.customer, *(turn.signed_in for turn in recording.turns if turn.signed_in)]
    strangers = [each for each in dict.fromkeys(writers) if each != NOBODY and each not in here]
    busy = sorted((each for each in here if each not in writers), key=lambda one: -len(owned.get(one, ())))
    return {
        **{each: each for each in writers},
        **dict(zip(strangers, [*busy[passing:], *[NOBODY] * len(strangers)], strict=False)),
    }


def _owned(shop: Snapshot, spans: Spans) -> dict[str, list[str]]:
    """The keys of each customer's rows that the catalog takes for ids."""
    owned: dict[str, list[str]] = {}
    for (_, key), row in shop.items():
        if CUSTOMER in row and row[CUSTOMER] != key and (0, len(key)) in spans(key):
            owned.setdefault(str(row[CUSTOMER]), []).append(key)
    return owned


def _spans(deployment: Deployment) -> Spans:
    def found(text: str) -> Iterator[tuple[int, int]]:
        for spans in deployment.redactor.ids:
            yield from spans(text)

    return found


def _texts(turns: Sequence[Turn]) -> Iterator[str]:
    for turn in turns:
        yield from (text for text in (turn.customer, turn.says) if text)
        yield from _strings(dict(turn.arguments or {}))


def _strings(data: JsonValue) -> list[str]:
    found = list[str]()
    each_string(data, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return found


def _turn(turn: Turn, people: Mapping[str, str], plain: Callable[[str], str]) -> Turn:
    arguments = turn.arguments and each_string(dict(turn.arguments), plain)
    return turn.model_copy(
        update={
            "customer": turn.customer and plain(turn.customer),
            "says": turn.says and plain(turn.says),
            "signed_in": turn.signed_in and people[turn.signed_in],
            "arguments": arguments,
        }
    )


def _plain(text: str, veil: Placeholders, ids: Ids) -> str:
    """Placeholders for what is personal, ids between them, and then what stands for both."""
    parts, end, masked = list[str](), 0, veil.mask(text)
    for match in _PLACEHOLDER.finditer(masked):
        if match.group() in veil.values:
            parts += (ids.replace(masked[end : match.start()]), _stand_in(match[1].lower(), int(match[2])))
            end = match.end()
    return "".join((*parts, ids.replace(masked[end:])))


def _used(masked: str) -> list[str]:
    return [match.group() for match in _PLACEHOLDER.finditer(masked)]


def _stand_in(kind: str, number: int) -> str:
    listed = _listed().get(kind)
    return listed[(number - 1) % len(listed)] if listed else f"[{kind.replace('_', ' ')}]"


@cache
def _listed() -> Mapping[str, Sequence[str]]:
    file = resources.files("hybrid_agent_evals").joinpath("drafting", "standins.yaml")
    return {name: tuple(values) for name, values in yaml.safe_load(file.read_text("utf-8")).items()}
