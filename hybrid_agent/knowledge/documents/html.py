"""HTML pages and fragments to Markdown: what the page is about, without what surrounds it."""

import re
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.documents.addresses import joined
from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.documents.html_about import about_page
from hybrid_agent.knowledge.errors import ArticleError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]+encoding=[\"']([\w-]+)", re.I)
_CONTENT = ("main", "[role=main]", "article", "body")
_NOT_TEXT = (
    "script, style, template, noscript, iframe, svg, canvas, video, audio, object, img, picture, "
    "button, input, select, textarea, dialog, [hidden], [aria-hidden=true], [role=navigation], "
    "[role=search], [role=banner], [role=contentinfo], [role=dialog], nav, aside, footer, del, s, strike"
)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![\d.]*[1-9])", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SAFE_LINK = re.compile(r"(?:https?:|mailto:|tel:|[^:]*$)", re.I)
_TAG = re.compile(r"</?(?:p|br|div|ul|ol|li|table|h[1-6]|a|b|i|em|strong|span)\b[^>]*>", re.I)


def read_html(document: Document) -> tuple[Draft, ...]:
    """The page's one article; raises ArticleError."""
    page = _parsed(text_of(document, _declared(document.content)), document.where)
    content = next((found for each in _CONTENT if (found := _only(page, each))), page)
    if content.name not in ("main", "article"):
        for header in content.select("header"):
            header.decompose()
    about = about_page(page, content, document)
    return (Draft(about=about, body=_markdown(content, about.url, document.where)),)


def markdown_of(html: str, base: str | None, where: str) -> str:
    """A piece of HTML as Markdown, links made whole by `base`. Raises ArticleError."""
    return _markdown(_parsed(html, where), base, where)


def is_html(text: str) -> bool:
    """Whether a text holds HTML tags, as the bodies of exported articles do."""
    return bool(_TAG.search(text))


def _parsed(html: str, where: str) -> "BeautifulSoup":
    import warnings

    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
            warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
            return BeautifulSoup(html, "lxml")
    except (ValueError, RecursionError, AssertionError) as error:
        raise ArticleError(where, f"is not HTML that can be read ({error}). Save the page again.") from error


def _declared(content: bytes) -> str | None:
    match = _CHARSET.search(content[:4096])
    return (match.group(1) or match.group(2)).decode() if match else None


def _only(page: "Tag", selector: str) -> "Tag | None":
    """The one element of its kind: of several articles on a page none is the page's content."""
    found = page.select(selector)
    return found[0] if len(found) == 1 else None


def _markdown(content: "Tag", base: str | None, where: str) -> str:
    from markdownify import MarkdownConverter

    _drop_what_is_not_text(content)
    _name_questions(content)
    _mark_headings(content)
    _mend_links(content, base)
    _part_cells(content)
    converter = MarkdownConverter(
        heading_style="atx",
        bullets="-",
        autolinks=False,
        escape_asterisks=False,
        escape_underscores=False,
        table_infer_header=True,
    )
    try:
        text: str = converter.convert_soup(content)
    except RecursionError as error:
        raise ArticleError(
            where, "its HTML is nested too deeply. Save the article in a simpler form."
        ) from error
    lines = (line.rstrip() for line in text.replace("\xa0", " ").splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _drop_what_is_not_text(content: "Tag") -> None:
    from bs4 import Comment

    for element in content.select(_NOT_TEXT):
        element.decompose()
    _open_forms(content)
    for element in content.select("[style]"):
        if not element.decomposed and _INVISIBLE.search(str(element.get("style"))):
            element.decompose()
    for comment in content.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()


def _open_forms(content: "Tag") -> None:
    """A form around most of the text is the page's, as some systems write it; others are filled in."""
    for form in content.select("form"):
        if 2 * len(form.get_text()) > len(content.get_text()):
            form.unwrap()
        else:
            form.decompose()


def _name_questions(content: "Tag") -> None:
    """What opens a folded answer is the heading of it."""
    for summary in content.select("summary"):
        summary.name = "h3"


def _mark_headings(content: "Tag") -> None:
    """Writes the id under which a heading can be linked to behind its words, as `{#id}`."""
    for heading in content.find_all(_HEADINGS):
        words, anchor = " ".join(heading.get_text(" ").split()), _id_of(heading)
        if not words:
            heading.decompose()
            continue
        heading.string = f"{words} {{#{anchor}}}" if anchor else words


def _id_of(heading: "Tag") -> str | None:
    own = [heading, *heading.find_all(["a", "span"])]
    parent = heading.parent
    if parent is not None and parent.name in ("section", "div", "details"):
        first = parent.find(_HEADINGS)
        own += [parent] if first is heading else []
    for element in own:
        for key in ("id", "name"):
            found = str(element.get(key) or "").strip()
            if found and not re.search(r"[\s{}]", found):
                return found
    return None


def _part_cells(content: "Tag") -> None:
    """A bar in a cell would part it in two."""
    for cell in content.select("td, th"):
        for text in cell.find_all(string=re.compile(r"\|")):
            text.replace_with(str(text).replace("|", "/"))


def _mend_links(content: "Tag", base: str | None) -> None:
    for link in content.select("a"):
        target = str(link.get("href") or "").strip()
        whole = joined(base or "", target)
        if not whole or not _SAFE_LINK.match(target):
            link.unwrap()
        elif base:
            link["href"] = whole
        if link.has_attr("title"):
            del link["title"]
