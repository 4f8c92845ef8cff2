"""A hand-off as a person takes it up: the packet, in the order in which one reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from hybrid_agent.records.models import HandOff
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.serving.console.facts import Fact, fact
from hybrid_agent.serving.console.proposals import percent
from hybrid_agent.serving.rendering.links import web_address
from hybrid_agent.state import EventKind


@dataclass(frozen=True, slots=True)
class Want:
    """Something that the customer wants, how sure the bot was, and their own words."""

    title: str
    confidence: str
    said: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of the help centre that was found."""

    title: str
    url: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A hand-off with its packet. `assessed` is what this viewer said of it already."""

    hand_off: HandOff
    summary: str
    reasons: tuple[str, ...]
    detail: str
    wants: tuple[Want, ...]
    entities: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    tried: tuple[str, ...]
    proposed: tuple[str, ...]
    signals: tuple[str, ...]
    assessed: Mapping[str, JsonValue] | None


def handed(hand_off: HandOff, file: CaseFile, viewer: str, zone: str) -> Handed:
    """The hand-off for the page; `file` is masked for the viewer already."""
    packet = hand_off.packet if isinstance(hand_off.packet, dict) else {}
    signals = packet.get("signals")
    return Handed(
        hand_off=hand_off,
        summary=words.visible(hand_off.summary),
        reasons=tuple(words.words(each) for each in hand_off.reasons),
        detail=words.visible(hand_off.detail),
        wants=tuple(_want(each) for each in _records(packet.get("intents"))),
        entities=tuple(_entities(packet.get("entities"))),
        facts=tuple(
            fact(str(each.get("name")), str(each.get("source")), each.get("data"), str(each.get("at")), zone)
            for each in _records(packet.get("facts"))
        ),
        passages=tuple(_passage(each) for each in _records(packet.get("passages"))),
        tried=tuple(_tried(each) for each in _records(packet.get("tried"))),
        proposed=tuple(words.visible(str(each.get("summary"))) for each in _records(packet.get("proposed"))),
        signals=tuple(_signals(signals if isinstance(signals, dict) else {})),
        assessed=assessed(file, hand_off.id, viewer),
    )


def assessed(file: CaseFile, hand_off_id: str, viewer: str) -> Mapping[str, JsonValue] | None:
    """What this member of staff said of the hand-off last, if anything."""
    said = [
        each.event.data
        for each in file.events
        if each.event.kind is EventKind.ASSESSED
        and (each.event.data.get("hand_off"), each.event.data.get("by")) == (hand_off_id, viewer)
    ]
    return said[-1] if said else None


def _want(record: Mapping[str, Any]) -> Want:
    title = record.get("title") or words.words(str(record.get("intent") or "something unclear"))
    return Want(str(title), percent(record.get("confidence")), words.visible(str(record.get("said") or "")))


def _entities(entities: JsonValue) -> Iterator[tuple[str, str]]:
    for name, each in entities.items() if isinstance(entities, dict) else ():
        known = each if isinstance(each, dict) else {"value": each}
        yield words.heading(name), words.value(known.get("value"))


def _passage(record: Mapping[str, Any]) -> Passage:
    return Passage(
        title=words.visible(str(record.get("title") or "")),
        url=web_address(record.get("url")),
        text=words.visible(str(record.get("text") or "")),
    )


def _tried(record: Mapping[str, Any]) -> str:
    about = {key: each for key, each in record.items() if key != "what" and each not in (None, "", [], {})}
    told = ", ".join(f"{words.words(key)} {words.value(each)}" for key, each in about.items())
    return f"{words.heading(str(record.get('what')))}{': ' if told else ''}{told}"


def _signals(signals: Mapping[str, Any]) -> Iterator[str]:
    for name in ("insult", "threat", "repetition", "wants_person"):
        if signals.get(name):
            yield words.words(name)
    if anger := signals.get("anger"):
        yield f"anger {percent(anger)}"


def _records(data: JsonValue) -> Iterator[Mapping[str, Any]]:
    for each in data if isinstance(data, list) else ():
        if isinstance(each, dict):
            yield each
