"""What goes out is plain text: no hidden characters, no markup, no links but the web's."""

import html
import re
from collections.abc import Collection

from hybrid_agent.guardrails.folding import visible

_MARKDOWN = re.compile(r"!?\[([^\]\n]{0,300})\]\s?\(\s*<?([^)\s>]{0,2000})>?(?:\s[^)]{0,200})?\)")
_REFERENCE = re.compile(r"!?\[([^\]\n]{1,300})\]\s?\[[^\]\n]{0,100}\]")
_ANCHOR = re.compile(
    r"<a\b[^>]{0,500}?href\s*=\s*[\"']?([^\"'\s>]{0,2000})[^>]{0,500}>(.{0,500}?)</a\s*>",
    re.IGNORECASE | re.DOTALL,
)
_HIDDEN_BLOCK = re.compile(r"<(script|style)\b.{0,5000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?:!--.{0,2000}?--|/?[a-z][^<>]{0,1000})>", re.IGNORECASE | re.DOTALL)
_AUTO = re.compile(r"<(https?://[^\s<>]{1,2000})>", re.IGNORECASE)
_ADDRESS = re.compile(r"<([\w.+%-]{1,64}@[\w.-]{1,200})>")
_BAD = re.compile(
    r"\b(?:javascript|vbscript|data|file|blob)\s?:\s?(?=\S{0,100}[(/;,])\S{1,2000}", re.IGNORECASE
)
_ROUNDS = 4


def plain_text(text: str, links: Collection[str] | None = None) -> str:
    """A text from a system of record as it may be shown to a customer: idempotent, never raises.

    Hidden characters, tags and scripts go; a Markdown or HTML link becomes its words and its address, the
    address only if it is http(s) and, where `links` is given, one of these.
    """
    for _ in range(_ROUNDS):
        mended = _once(text, links)
        if mended == text:
            break
        text = mended
    else:
        text = re.sub(r"[<>\[\]]", " ", text)
    return text


def _once(text: str, links: Collection[str] | None) -> str:
    text = visible(text.replace("\r\n", "\n").replace("\t", " "))
    if not re.search(r"[<\[&:]", text):
        return text
    unescaped = html.unescape(text) if "&" in text else text
    text = visible(unescaped) if _TAG.search(unescaped) or _BAD.search(unescaped) else text
    text = _ADDRESS.sub(r"\1", _AUTO.sub(r"\1", _HIDDEN_BLOCK.sub("", text)))
    text = _ANCHOR.sub(lambda match: _shown(match[2], match[1], links), text)
    text = _MARKDOWN.sub(lambda match: _shown(match[1], match[2], links), text)
    text = _REFERENCE.sub(r"\1", text)
    return _BAD.sub("", _TAG.sub("", text))


def _shown(words: str, address: str, links: Collection[str] | None) -> str:
    web = address.lower().startswith(("http://", "https://"))
    if not web or (links is not None and address not in links):
        return words
    return address if words.strip() in ("", address) else f"{words} ({address})"
