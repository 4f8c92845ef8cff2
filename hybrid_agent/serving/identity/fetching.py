"""Small JSON documents from the addresses of an identity provider, bounded in time and size."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from hybrid_agent.serving.errors import InvalidCredentialError, NotReadyError

if TYPE_CHECKING:
    import httpx2

SECONDS: Final = 5.0
MOST_BYTES: Final = 500_000
REJECTING: Final = frozenset({400, 401})

log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[Mapping[str, Any]]]


class FetchError(NotReadyError):
    """The address did not answer in time, or not with a JSON object; the log says what it did."""

    def __init__(self) -> None:
        super().__init__("The identity provider does not answer just now. Please try again.")


class RejectedError(InvalidCredentialError):
    """The address answered that what was sent does not count (status 400 or 401)."""

    def __init__(self) -> None:
        super().__init__("The identity provider does not accept this sign-in. Please begin again.")


async def fetch(url: str) -> Mapping[str, Any]:
    """The JSON object at an address. Raises FetchError."""
    return await asked(url)


async def asked(
    url: str, form: Mapping[str, str] | None = None, basic: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """The JSON object that answers a GET, or a POST of a form where one is given.

    Redirects are not followed: these addresses are settled, and secrets are sent to them. Raises FetchError,
    and RejectedError where a form does not count.
    """
    import httpx2

    client = await asyncio.to_thread(httpx2.AsyncClient, timeout=SECONDS, trust_env=False)
    try:
        async with asyncio.timeout(2 * SECONDS), client:
            method = "GET" if form is None else "POST"
            headers = {"accept": "application/json"}
            async with client.stream(method, url, data=form, auth=basic, headers=headers) as response:
                if response.status_code in REJECTING and form is not None:
                    raise RejectedError
                response.raise_for_status()
                return _object(await _body(response))
    except (httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as error:
        log.warning("%s cannot be used: %s: %s", url, type(error).__name__, error)
        raise FetchError from error


async def _body(response: "httpx2.Response") -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("the document is too large")
    return bytes(body)


def _object(body: bytes) -> Mapping[str, Any]:
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("the document is no JSON object")
    return found
