"""Finding slots in a message by their typed recognisers, or in the words of it that somebody quotes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent.catalog import Catalog, Slot
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.reasoning.offered import picked
from hybrid_agent.reasoning.protocol import Utterance, Wanted
from hybrid_agent.slots import Found, Hints, InvalidSlot, SlotKind, find, meant, parse
from hybrid_agent.state import SlotValue, Source

REPEATED = (SlotKind.DATE, SlotKind.TIME, SlotKind.DATETIME, SlotKind.ADDRESS)
"""Kinds that are said back in full before anything is done, so that the likelier of two readings will do."""

_EDGES = "\"'\u201c\u201d\u2018\u2019.,;:!?() "


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a message that somebody says give a slot; for a slot with choices, which one they mean."""

    slot: str
    words: str
    choice: str = ""


def recognised(utterance: Utterance, wanted: Wanted, catalog: Catalog) -> dict[str, SlotValue]:
    """The wanted slots that the message surely gives; a value is used for one slot only."""
    found: dict[str, SlotValue] = {}
    taken: list[Found] = []
    for name in sorted(wanted.slots, key=lambda name: name != wanted.asked):
        one = _find(name, utterance, wanted, taken, catalog)
        if one is not None:
            taken.append(one)
            found[name] = _value(one)
    return found


def quoted(
    quotes: Iterable[Quote], utterance: Utterance, wanted: Wanted, catalog: Catalog
) -> dict[str, SlotValue]:
    """The wanted slots as they are quoted, for quotes that stand in the message as they are.

    The value is what our recognisers read in those words; only which of the catalog's own choices they mean
    may be somebody's judgement. What is on offer from records is never picked for the customer.
    """
    found: dict[str, SlotValue] = {}
    for quote in quotes:
        place = _place(quote.words, utterance.text)
        open_to_it = quote.slot in wanted.slots and quote.slot not in (*found, *wanted.options)
        if open_to_it and place is not None:
            value = _read(quote, utterance.text[slice(*place)], utterance, catalog)
            if value is not None:
                found[quote.slot] = value
    return found


def _read(quote: Quote, words: str, utterance: Utterance, catalog: Catalog) -> SlotValue | None:
    slot = catalog.slots[quote.slot]
    hints = hints_for(slot, catalog, utterance.now, asked=True)
    if slot.kind is SlotKind.CHOICE:
        return _chosen(quote.choice, words, slot.choices, hints)
    if slot.kind is SlotKind.TEXT:
        return _checked(slot, words, hints)
    one = meant(find(slot.kind, words, hints), words)
    return _value(one) if one is not None else None


def _chosen(choice: str, words: str, choices: Mapping[str, Sequence[str]], hints: Hints) -> SlotValue | None:
    """The choice that the words name themselves, else the one they are said to mean."""
    one = meant(find(SlotKind.CHOICE, words, hints), words)
    if one is not None and one.certain:
        return _value(one)
    return SlotValue(value=choice, source=Source.JUDGED, said=words) if choice in choices else None


def _checked(slot: Slot, words: str, hints: Hints) -> SlotValue | None:
    try:
        value = parse(slot.kind, words, hints)
    except InvalidSlot:
        return None
    return SlotValue(value=value, source=Source.MESSAGE, said=words)


def _place(words: str, text: str) -> tuple[int, int] | None:
    """Where the words stand in the text, whole, whatever the case; None where they do not."""
    bare = words.strip().strip(_EDGES)
    start = text.lower().find(bare.lower()) if bare else -1
    end = start + len(bare)
    if start < 0 or len(text) != len(text.lower()):
        return None
    inside = (start > 0 and _joins(text[start - 1], text[start])) or (
        end < len(text) and _joins(text[end - 1], text[end])
    )
    return None if inside else (start, end)


def _joins(before: str, after: str) -> bool:
    """Whether the two characters belong to one word or number."""
    return before.isalnum() and after.isalnum()


def _find(
    name: str, utterance: Utterance, wanted: Wanted, taken: Sequence[Found], catalog: Catalog
) -> Found | None:
    slot, asked = catalog.slots[name], name == wanted.asked
    if slot.kind is SlotKind.TEXT and not asked:
        return None
    offered = wanted.options.get(name)
    if offered:
        of_offer = picked(
            utterance.text, hints_for(slot, catalog, utterance.now, choices=offered, asked=asked)
        )
        if of_offer is not None:
            return of_offer
    seen = find(slot.kind, utterance.text, hints_for(slot, catalog, utterance.now, asked=asked))
    one = meant([one for one in seen if not _overlaps(one, taken)], utterance.text)
    usable = asked or slot.kind in REPEATED
    return one if one is not None and (one.certain or usable) else None


def _value(one: Found) -> SlotValue:
    return SlotValue(value=one.value, source=Source.MESSAGE, said=one.text)


def _overlaps(one: Found, taken: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in taken)
