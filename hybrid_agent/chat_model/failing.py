"""From whatever a provider's client raises to a ModelError.

Clients are understood by what they have in common: LangChain's own exceptions, an HTTP status, the name of
the class. So no provider's package is imported, and one that is installed later is understood as well.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from langchain_core import exceptions as langchain

from hybrid_agent.chat_model.errors import Failure, Feature, ModelError

_REFUSES: Final = re.compile(
    r"support|requires?\b|enable|unknown|unrecogni[sz]ed|unexpected|extra|invalid(?!_request)|too large"
    r"|not (permitted|allowed|available|implemented)|forbidden",
    re.IGNORECASE,
)
_NAMES: Final = {
    Feature.LOGPROBS: re.compile(r"logprobs", re.IGNORECASE),
    Feature.STREAMED_USAGE: re.compile(r"stream_options|include_usage", re.IGNORECASE),
    Feature.OUTPUT_LIMIT: re.compile(r"max_(completion_|output_)?tokens", re.IGNORECASE),
    Feature.JSON_SCHEMA: re.compile(
        r"response.?format|json.?schema|structured output|grammar|guided", re.IGNORECASE
    ),
    Feature.TOOLS: re.compile(r"\btools?\b|tool_|tool use|function.?call", re.IGNORECASE),
}
_OVERFLOW: Final = re.compile(
    r"context.?(length|window|size)|prompt is too long|too many (input )?tokens|maximum.{0,20}tokens",
    re.IGNORECASE,
)
_UNREACHABLE: Final = re.compile(r"connect|network|protocol|readerror|writeerror|closedresource|ssl|dns")
_REFUSING: Final = frozenset({400, 404, 405, 415, 422, 500, 501})
_CODE: Final = re.compile(r"[45][0-9][0-9]")
MOST_SAID: Final = 10_000
"""Characters of each thing that an exception says which are read."""

_AGAIN: Final = frozenset({408, 409, 429})
_MEANS: Final = {
    400: (Failure.UNSUPPORTED, "refuses the request"),
    401: (Failure.UNAUTHORISED, "refuses the API key"),
    403: (Failure.UNAUTHORISED, "refuses the API key"),
    404: (Failure.UNKNOWN_MODEL, "is not known to its server"),
    408: (Failure.TIMED_OUT, "timed out"),
    409: (Failure.UNREACHABLE, "is busy"),
    429: (Failure.RATE_LIMITED, "answers no more for now"),
    500: (Failure.UNREACHABLE, "failed"),
    504: (Failure.TIMED_OUT, "timed out"),
}


def failure_of(raised: BaseException, name: str) -> ModelError:
    """What the exception means, in our words: a server's own may quote the customer or the key."""
    chain = list(_chain(raised))
    status = next(filter(None, map(_status, chain)), None)
    said = " ".join(map(_said, chain))
    if _is(chain, langchain.ContextOverflowError) and not _is_limit(said):
        return _overflow(name)
    if status is not None:
        return _by_status(status, said, chain, name)
    return _by_class(chain, said, name)


def _by_status(status: int, said: str, chain: list[BaseException], name: str) -> ModelError:
    refused = _refused(said) if status in _REFUSING and "model_not_found" not in said else None
    if status == 413 or (refused is not Feature.OUTPUT_LIMIT and _OVERFLOW.search(said)):
        return _overflow(name)
    if refused is not None:
        message = f"{name} refuses {refused} (status {status})"
        return ModelError(Failure.UNSUPPORTED, message, refused=refused)
    kind, words = _MEANS.get(status, _MEANS[500] if status >= 500 else _MEANS[400])
    return ModelError(
        kind,
        f"{name} {words} (status {status})",
        transient=(status in _AGAIN or status >= 500) and "insufficient_quota" not in said,
        retry_after=next(filter(None, map(_retry_after, chain)), None),
    )


def _by_class(chain: list[BaseException], said: str, name: str) -> ModelError:
    names = " ".join(type(each).__name__ for each in chain).lower()
    if _is(chain, TimeoutError, langchain.ModelTimeoutError) or "timeout" in names:
        return ModelError(Failure.TIMED_OUT, f"{name} did not answer in time")
    if _is(chain, NotImplementedError):
        return ModelError(Failure.UNSUPPORTED, f"{name} has no native tool calls", refused=Feature.TOOLS)
    if _is(chain, langchain.ModelConnectionError, OSError, EOFError) or _UNREACHABLE.search(names):
        return ModelError(Failure.UNREACHABLE, f"{name} cannot be reached", transient=True)
    if (code := _in_body(chain, said)) is not None:
        return _by_status(code, said, chain, name)
    return ModelError(Failure.UNUSABLE, f"{name} sent what is no answer ({type(chain[0]).__name__})")


def _overflow(name: str) -> ModelError:
    return ModelError(Failure.OVERFLOW, f"{name} cannot take a prompt of this length")


def _refused(said: str) -> Feature | None:
    if not _REFUSES.search(said):
        return None
    return next((feature for feature, words in _NAMES.items() if words.search(said)), None)


def _is_limit(said: str) -> bool:
    return _refused(said) is Feature.OUTPUT_LIMIT


def _chain(raised: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = raised
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (at.__context__ if isinstance(at, Warning) else None)


def _is(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(each, kinds) for each in chain)


def _said(error: BaseException) -> str:
    """Its message, with the code and the parameter that OpenAI's errors name beside it."""
    return " ".join(map(_words, (error, getattr(error, "code", ""), getattr(error, "param", ""))))


def _words(part: object) -> str:
    try:
        return str(part)[:MOST_SAID]
    except Exception as wordless:
        return type(wordless).__name__


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    found = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return found if isinstance(found, int) and found >= 400 else None


def _in_body(chain: list[BaseException], said: str) -> int | None:
    """The status that some servers send inside of a stream or a body that came with status 200."""
    codes = [_words(getattr(each, "code", None)) for each in chain]
    numbers = [int(code) for code in codes if _CODE.fullmatch(code)]
    if numbers:
        return numbers[0]
    return 400 if _OVERFLOW.search(said) else None


def _retry_after(error: BaseException) -> float | None:
    """Seconds to wait, from `Retry-After` as seconds or as a date (RFC 9110, 10.2.3), or in milliseconds."""
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
    with suppress(ValueError):
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        if "retry-after" in headers:
            return max(0.0, float(headers["retry-after"]))
    with suppress(ValueError, TypeError, OverflowError):
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    return None
