"""Whether addresses on the web answer; asked only where it is wanted."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.checking.findings import Finding, Level
from hybrid_agent.knowledge.checking.links import Link, finding, is_elsewhere
from hybrid_agent.knowledge.report import Progress

if TYPE_CHECKING:
    import httpx2

SECONDS = 10.0
AT_ONCE = 8
MOST = 2_000
"""Addresses that are asked for at most."""

_GONE = (404, 410)
_NO_HEAD = (403, 405, 501)


def unreachable(links: Sequence[Link], progress: Progress) -> Iterator[Finding]:
    """An error for each address that is gone, a warning for each that does not answer; no body is read."""
    import httpx2

    asked = list(dict.fromkeys(link.target.partition("#")[0] for link in links if is_elsewhere(link)))[:MOST]
    answers: dict[str, tuple[Level, str] | None] = {}
    with (
        httpx2.Client(follow_redirects=True, max_redirects=5, timeout=SECONDS) as client,
        ThreadPoolExecutor(AT_ONCE) as workers,
    ):
        for url, answer in zip(asked, workers.map(lambda each: _asked(client, each), asked), strict=True):
            answers[url] = answer
            progress(len(answers), len(asked), "asking the web")
    for link in links:
        if problem := answers.get(link.target.partition("#")[0]):
            yield finding(link, *problem)


def _asked(client: "httpx2.Client", url: str) -> tuple[Level, str] | None:
    import httpx2

    try:
        status = client.head(url).status_code
        if status in _NO_HEAD:
            with client.stream("GET", url) as response:
                status = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return "warning", f"cannot be reached ({str(error) or type(error).__name__}). Try it by hand."
    if status in _GONE:
        return "error", f"leads to a page that is gone ({status}). Correct it."
    return ("warning", f"is answered with {status}. Try it by hand.") if status >= 400 else None
