"""What an HTML page says about itself in its head."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.documents.about import (
    FrontMatter,
    day_of,
    front_matter,
    locale_of,
    tags_of,
)
from hybrid_agent.knowledge.documents.addresses import joined
from hybrid_agent.knowledge.documents.document import Document

if TYPE_CHECKING:
    from datetime import date

    from bs4 import Tag

_OWN = ("audience", "product", "valid_from", "valid_until")
_UPDATED = (
    "updated",
    "article:modified_time",
    "og:updated_time",
    "last-modified",
    "dcterms.modified",
    "date",
)


def about_page(page: "Tag", content: "Tag", document: Document) -> FrontMatter:
    """Title, canonical address, language, day of the last change and tags, and our own names in `meta`.

    Raises ArticleError for a value of these that is none.
    """
    metas = _metas(page)
    return front_matter(
        {
            "title": _title(page, content, metas),
            "url": _address(page, metas, document),
            "updated": _updated(content, metas),
            "locale": _locale(page, metas),
            "tags": tags_of(metas.get("tags") or metas.get("keywords") or ""),
            **{name: metas.get(name) for name in _OWN},
        },
        document.where,
    )


def _metas(page: "Tag") -> Mapping[str, str]:
    found: dict[str, str] = {}
    for meta in page.select("meta[content]"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop")
        value = str(meta["content"]).strip()
        if name and value:
            found.setdefault(str(name).lower(), value)
    return found


def _title(page: "Tag", content: "Tag", metas: Mapping[str, str]) -> str | None:
    tops = content.find_all("h1")
    heading = _words(tops[0]) if len(tops) == 1 else None
    named = page.select_one("title")
    return heading or metas.get("og:title") or (_words(named) if named else None)


def _address(page: "Tag", metas: Mapping[str, str], document: Document) -> str | None:
    canonical = page.select_one("link[rel=canonical][href]")
    said = str(canonical["href"]).strip() if canonical else metas.get("og:url")
    return (joined(document.url or "", said) if said else None) or document.url


def _updated(content: "Tag", metas: Mapping[str, str]) -> "date | None":
    for name in _UPDATED:
        if day := day_of(metas.get(name)):
            return day
    times = content.select("time[itemprop=dateModified]") or content.select("time[datetime]")
    return day_of(str(times[0].get("datetime"))) if len(times) == 1 else None


def _locale(page: "Tag", metas: Mapping[str, str]) -> str | None:
    root = page.select_one("html[lang]")
    return locale_of(str(root["lang"]) if root else metas.get("og:locale"))


def _words(element: "Tag") -> str | None:
    return " ".join(element.get_text(" ").split()) or None
