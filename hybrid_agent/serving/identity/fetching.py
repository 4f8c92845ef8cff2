"""Small JSON documents from the addresses of an identity provider, bounded in time and size."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from hybrid_agent.serving.errors import NotReadyError

if TYPE_CHECKING:
    import httpx2

SECONDS: Final = 5.0
MOST_BYTES: Final = 500_000

Fetch = Callable[[str], Awaitable[Mapping[str, Any]]]


class FetchError(NotReadyError):
    """The address did not answer in time, or not with a JSON object."""


async def fetch(url: str) -> Mapping[str, Any]:
    """The JSON object at an address. Raises FetchError."""
    return await asked(url)


async def asked(
    url: str, form: Mapping[str, str] | None = None, basic: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """The JSON object that answers a GET, or a POST of a form where one is given. Raises FetchError.

    Redirects are not followed: these addresses are settled, and secrets are sent to them.
    """
    import httpx2

    client = await asyncio.to_thread(httpx2.AsyncClient, timeout=SECONDS, trust_env=False)
    try:
        async with asyncio.timeout(2 * SECONDS), client:
            method = "GET" if form is None else "POST"
            headers = {"accept": "application/json"}
            asking = client.stream(method, url, data=form, auth=basic, headers=headers)
            async with asking as response:
                found = json.loads(await _body(response))
            if response.status_code != 200:
                raise FetchError(f"{url} answered with status {response.status_code}")
    except (httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as error:
        raise FetchError(f"{url} cannot be used: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise FetchError(f"{url} did not answer with a JSON object")
    return found


async def _body(response: "httpx2.Response") -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("the document is too large")
    return bytes(body)
