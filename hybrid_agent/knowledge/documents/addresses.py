"""Addresses that others wrote: of those that are none Python's own functions raise ValueError."""

import unicodedata
from urllib.parse import SplitResult, urljoin, urlsplit

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


def parts_of(url: str) -> SplitResult | None:
    """The parts of an address, None if it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def joined(base: str, target: str) -> str | None:
    """A target as an address, relative to another; None if one of them is no address."""
    try:
        return urljoin(base, target)
    except ValueError:
        return None


def refusal_of(url: str) -> str | None:
    """Why customers are not sent to this address; None if it is well formed and of the web, or relative."""
    if any(unicodedata.category(character) in _UNSEEN for character in url) or "\\" in url:
        return "holds spaces, backslashes or characters that are not seen; write it without, or as %20"
    parts = parts_of(url)
    if parts is None:
        return "is no address; correct it"
    if parts.scheme not in ("", "http", "https"):
        return "is not an address of the web; begin it with https:// or leave it out"
    return None
