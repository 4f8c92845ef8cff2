"""What can go wrong while serving. `status` is the HTTP status that it is answered with.

ServingError
├── BadRequestError              400  the request is not what this address takes
├── NotSignedInError             401  nobody known sent it
│   └── InvalidCredentialError        who sent it has a token that does not count, and why
├── NotAllowedError              403  who sent it may not do this
├── NotFoundError                404  there is no such thing, or it is not theirs
│   └── NoSuchThreadError             that conversation
├── WrongMethodError             405  this address does not take such requests
├── OutdatedError                409  things have changed meanwhile
├── TooLargeError                413  the body is larger than this address takes
├── InvalidInputError            422  the values in it do not fit, and which
├── TooManyRequestsError         429  too many at once; `after` seconds later it will do
└── NotReadyError                503  a part that is needed does not answer; to be tried again
    └── ServerUnavailableError        LangGraph's API
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from hybrid_agent.errors import HybridAgentError


class ServingError(HybridAgentError):
    """What is wrong and what to do now, in words for whoever sent the request. `after` is in seconds."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str, *, after: int | None = None) -> None:
        self.message = message
        self.after = after
        super().__init__(message)


class BadRequestError(ServingError):
    """The request is not what this address takes."""

    status = 400
    title = "This request cannot be read"


class NotSignedInError(ServingError):
    """Nobody known sent the request."""

    status = 401
    title = "Please sign in"


class InvalidCredentialError(NotSignedInError):
    """The token or session that came with the request does not count; the message says why."""

    title = "Please sign in again"


class NotAllowedError(ServingError):
    """Whoever sent the request may not do this."""

    status = 403
    title = "This is not for you"


class NotFoundError(ServingError):
    """There is no such thing, or it belongs to somebody else."""

    status = 404
    title = "There is no such page"


class NoSuchThreadError(NotFoundError):
    """There is no such conversation, or it belongs to somebody else."""

    title = "There is no such conversation"


class WrongMethodError(ServingError):
    """The address does not take requests of this method."""

    status = 405
    title = "This address does not take such requests"


class OutdatedError(ServingError):
    """Things have changed since the page was shown; nothing was done."""

    status = 409
    title = "This has changed meanwhile"


class TooLargeError(ServingError):
    """The body is larger than this address takes."""

    status = 413
    title = "This is too large"


class InvalidInputError(ServingError):
    """Values of the request do not fit: `problems` says what is wrong with which."""

    status = 422
    title = "Please check what you entered"

    def __init__(self, message: str, problems: Mapping[str, str] = MappingProxyType({})) -> None:
        self.problems = problems
        super().__init__(message)


class TooManyRequestsError(ServingError):
    """Too many requests, or too many failed sign-ins, in a short time."""

    status = 429
    title = "Too many requests"


class NotReadyError(ServingError):
    """A part that is needed does not answer now."""

    status = 503
    title = "We cannot do this just now"

    def __init__(self, message: str, *, after: int = 5) -> None:
        super().__init__(message, after=after)


class ServerUnavailableError(NotReadyError):
    """LangGraph's API cannot be reached or is overloaded."""
