"""The transcript as staff read it: who said what, when, with a reply's sources."""

from collections.abc import Iterator
from dataclasses import dataclass

from hybrid_agent.records.models import By, Message
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.serving.rendering.links import web_address


@dataclass(frozen=True, slots=True)
class Source:
    """A source under a reply; `url` is of the web, or None."""

    number: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `who` is what stands before it: the customer, the bot, a colleague's name, or nothing."""

    id: int
    by: str
    who: str
    text: str
    at: str
    iso: str
    sources: tuple[Source, ...]


def lines(file: CaseFile, zone: str) -> tuple[Line, ...]:
    """The messages in order; `file` is masked for the viewer already."""
    return tuple(
        Line(
            id=each.id,
            by=each.by.value,
            who=_who(each),
            text=words.visible(each.text),
            at=words.moment(each.at, zone),
            iso=each.at.isoformat(),
            sources=tuple(_sources(each)),
        )
        for each in file.messages
    )


def _who(message: Message) -> str:
    match message.by:
        case By.CUSTOMER:
            return "Customer"
        case By.BOT:
            return "Bot"
        case By.PERSON:
            return message.author or "Colleague"
        case By.NOTICE:
            return "Notice"


def _sources(message: Message) -> Iterator[Source]:
    for each in message.citations if isinstance(message.citations, list) else ():
        if isinstance(each, dict):
            title = words.visible(str(each.get("title") or ""))
            yield Source(str(each.get("number") or ""), title, web_address(each.get("url")))
