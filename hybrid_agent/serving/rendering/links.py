"""Which addresses may be links."""

from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = frozenset({"http", "https"})


def web_address(url: object) -> str | None:
    """The address, if it is of the web and never of a script; else None."""
    try:
        return url if isinstance(url, str) and urlsplit(url).scheme in SCHEMES else None
    except ValueError:
        return None
