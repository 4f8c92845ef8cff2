"""Requests that fail: a page for people, problem+json (RFC 9457) for programs, and never a traceback."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from hybrid_agent.errors import NotStaffError
from hybrid_agent.records import ContradictionError, UnavailableError, UnknownRecordError
from hybrid_agent.serving.errors import (
    BadRequestError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    NotSignedInError,
    OutdatedError,
    ServingError,
    TooLargeError,
)
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import Page
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.asking import sign_in_form
from hybrid_agent.serving.web.correlation import request_id
from hybrid_agent.serving.web.showing import shown

log = logging.getLogger(__name__)


def refused(
    request: Request, site: Site, page: Page | None, person: Person | None, error: Exception
) -> Response:
    """The answer to a request that failed; an error that nobody foresaw is logged."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)
    told = _told(error)
    if isinstance(told, NotReadyError):
        log.warning("%s %s failed: %s", request.method, request.url.path, error)
    elif told.status >= 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    programs = page.json if page else "text/html" not in request.headers.get("accept", "")
    response = _program(told) if programs else _people(request, site, person, told)
    if told.after is not None:
        response.headers["retry-after"] = str(told.after)
    if isinstance(told, NotSignedInError):
        response.headers["www-authenticate"] = "Bearer"
    return response


def _told(error: Exception) -> ServingError:
    """The error in the words of this site; of one that nobody foresaw, nothing is told."""
    match error:
        case ServingError():
            told = error
        case UnavailableError():
            told = NotReadyError("Our records cannot be reached just now. Nothing is lost: please try again.")
        case UnknownRecordError():
            told = NotFoundError(error.message)
        case ContradictionError():
            told = OutdatedError(error.message)
        case NotStaffError():
            told = NotAllowedError(str(error))
        case HTTPException(status_code=413):
            told = TooLargeError("The request is larger than this address takes.")
        case HTTPException(status_code=400):
            told = BadRequestError(error.detail)
        case _:
            told = ServingError("Something went wrong on our side. It is on record; please try again.")
    return told


def _program(told: ServingError) -> JSONResponse:
    problem = {"type": "about:blank", "title": told.title, "status": told.status, "detail": told.message}
    if isinstance(told, InvalidInputError):
        problem["problems"] = dict(told.problems)
    problem["request_id"] = request_id()
    return JSONResponse(problem, told.status, media_type="application/problem+json")


def _people(request: Request, site: Site, person: Person | None, told: ServingError) -> Response:
    if isinstance(told, NotSignedInError):
        onward = request.url.path if request.method == "GET" else ""
        return sign_in_form(request, site, told.message, onward=onward, status=told.status)
    values = {"title": told.title, "message": told.message, "request_id": request_id()}
    return shown(request, site, person, "web/problem.html", status=told.status, **values)
