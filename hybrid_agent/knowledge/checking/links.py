"""Links that lead nowhere: to articles, sections and files that are not there, or to no address at all."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote

from hybrid_agent.knowledge.checking.findings import Finding, Kind, Level, place, quoted
from hybrid_agent.knowledge.documents.addresses import joined, parts_of
from hybrid_agent.knowledge.indexing.ingest import anchor_of
from hybrid_agent.knowledge.passages import Passage, PassageKind

_INLINE = re.compile(
    r"(?<!\\)\[[^\]]*\]\(\s*(?:<(?P<angled>[^<>]*)>|(?P<bare>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*))"
)
_DEFINED = re.compile(r"(?m)^\s{0,3}\[[^\]]+\]:\s*<?(?P<bare>\S+?)>?(?:\s|$)")
_PLAIN = re.compile(r"(?<![(<\[\w\"'])(?P<bare>https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?*_])")
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*:")
_HOST = re.compile(r"(?i)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,}|localhost|\[[0-9a-f:]+\]")
_SUFFIX = re.compile(r"\.(?:md|markdown|html?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a passage, as it is written."""

    passage: Passage
    target: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where links can lead: articles by their name and address, each with its anchors; folders with files."""

    articles: dict[str, set[str]]
    addresses: dict[str, set[str]]
    hosts: set[str]
    folders: tuple[Path, ...]


def links_in(passages: Iterable[Passage]) -> list[Link]:
    """Every link of the passages, each once for a passage."""
    return [Link(passage, target) for passage in passages for target in dict.fromkeys(_targets(passage.text))]


def broken(links: Sequence[Link], passages: Sequence[Passage], folders: Sequence[Path]) -> Iterator[Finding]:
    """An error for each link to an article, section or file that is not there, a warning for doubtful ones.

    Other people's addresses are looked at for their form alone. `folders` are where articles are read from.
    """
    places = _places(passages, folders)
    for link in links:
        if problem := _problem(link, places):
            yield finding(link, *problem)


def finding(link: Link, level: Level, problem: str) -> Finding:
    """What is wrong with a link."""
    message = f"the link to {quoted(link.target)} {problem}"
    return Finding(kind=Kind.LINK, level=level, where=place(link.passage), message=message)


def is_elsewhere(link: Link) -> bool:
    """Whether it is an address on the web, of whoever."""
    parts = parts_of(_whole(link))
    return parts is not None and parts.scheme in ("http", "https")


def _whole(link: Link) -> str:
    """The link as an address; relative to the article's own address where it begins with a slash."""
    target = link.target.strip()
    if target.startswith("/") and "://" in link.passage.url:
        return joined(link.passage.url, target) or target
    return target


def _targets(text: str) -> Iterator[str]:
    inline = list(_INLINE.finditer(text))
    for match in inline:
        yield (match["angled"] or match["bare"] or "").strip()
    rest = _INLINE.sub(" ", text)
    for pattern in (_DEFINED, _PLAIN):
        yield from (match["bare"] for match in pattern.finditer(rest))


def _places(passages: Sequence[Passage], folders: Sequence[Path]) -> Places:
    articles: dict[str, set[str]] = {}
    addresses: dict[str, set[str]] = {}
    hosts: set[str] = set()
    for passage in passages:
        if passage.kind is PassageKind.POLICY:
            continue
        anchors = {anchor_of(each) for each in (passage.title, *passage.section)}
        anchors |= {unquote(passage.url.partition("#")[2]), passage.id.partition("#")[2].rpartition(":")[0]}
        for name in (_SUFFIX.sub("", passage.source), passage.article):
            articles.setdefault(name.lower(), set()).update(anchors)
        if "://" in passage.url and (parts := parts_of(passage.url)):
            addresses.setdefault(_address(parts), set()).update(anchors)
            hosts.add(parts.netloc.lower())
    return Places(articles, addresses, hosts, tuple(folders))


def _address(parts: SplitResult) -> str:
    """An address without what changes between links to one page."""
    return f"https://{parts.netloc.lower()}{_SUFFIX.sub('', unquote(parts.path)).rstrip('/')}"


def _problem(link: Link, places: Places) -> tuple[Level, str] | None:
    target = _whole(link)
    if not target or target == "#":
        return "error", "leads nowhere. Write the address, or take the link out."
    if target.lower().startswith(("http://", "https://", "//")):
        return _web(target, places)
    if _SCHEME.match(target):
        return _other_scheme(target)
    if target.startswith("#"):
        own = _SUFFIX.sub("", link.passage.source).lower()
        return _section(target[1:], places.articles.get(own, set()))
    return _beside(link.passage, target, places)


def _web(target: str, places: Places) -> tuple[Level, str] | None:
    parts = parts_of(target)
    if parts is None or parts.hostname is None or _HOST.fullmatch(parts.hostname) is None:
        return "error", "is no address. Correct it."
    anchors = places.addresses.get(_address(parts))
    if anchors is not None:
        return _section(parts.fragment, anchors)
    if parts.netloc.lower() in places.hosts:
        return (
            "warning",
            "leads into the help centre, but no article has this address. See that the page is there.",
        )
    return None


def _other_scheme(target: str) -> tuple[Level, str] | None:
    scheme, _, rest = target.partition(":")
    if scheme.lower() == "mailto" and not re.match(r"[^@\s]+@[^@\s]+\.[^@\s]+", rest):
        return "error", "is no e-mail address. Correct it."
    if scheme.lower() in ("javascript", "data", "vbscript", "file"):
        return "error", "cannot be opened by a customer. Link to a page instead."
    return None


def _section(fragment: str, anchors: set[str]) -> tuple[Level, str] | None:
    wanted = unquote(fragment)
    if (
        not wanted
        or wanted.lower() in {each.lower() for each in anchors}
        or wanted.startswith((":~:", "page="))
    ):
        return None
    return "error", "leads to a section that is not there. Correct what stands behind the #."


def _beside(passage: Passage, target: str, places: Places) -> tuple[Level, str] | None:
    path, _, fragment = target.partition("#")
    path = unquote(path.partition("?")[0])
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(passage.source), path)).lstrip("/")
    anchors = places.articles.get(_SUFFIX.sub("", wanted).lower())
    if anchors is not None:
        return _section(fragment, anchors)
    if any((folder / wanted).exists() for folder in places.folders):
        return None
    return "error", "leads to an article or file that is not there. Correct the path."
