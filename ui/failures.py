"""Errors as answers: JSON for programs, a page for people who follow a link."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ui.errors import HTTP_STATUS, KNOWN_ERRORS, RETRY_AFTER, error_name
from ui.languages import LANGUAGES
from ui.negotiation import by_preference
from ui.pages.address import Address
from ui.pages.links import own_path
from ui.pages.rendering import Rendering
from ui.schemas import ProblemSchema
from ui.security import add_headers
from ui.texts import N_

_HEADINGS = {404: N_("There is no such page"), 410: N_("This report was removed")}
_FOR_PROGRAMS = ("/api/v1", "/sparql", "/healthz", "/readyz")


def add_failures(app: FastAPI) -> None:
    """Make an application answer with errors that say what is wrong and what to do."""
    for error in KNOWN_ERRORS:
        app.add_exception_handler(error, _readable_error)
    app.add_exception_handler(RequestValidationError, _impossible_parameters)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


def _readable_error(request: Request, error: Exception) -> Response:
    kind = type(error)
    headers = {"Retry-After": str(RETRY_AFTER[kind])} if kind in RETRY_AFTER else None
    return _failure(request, HTTP_STATUS[kind], error_name(error), str(error), headers)


def _impossible_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    named = ".".join(str(part) for part in first["loc"][1:])
    return _failure(request, 422, "InvalidRequest", f"{named}: {first['msg']}.")


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = HTTPStatus(error.status_code).phrase.replace(" ", "")
    return _failure(request, error.status_code, kind, str(error.detail), error.headers)


def _gone(_request: Request, _error: Exception) -> Response:
    """Who went away while sending reads no answer, and is no error of ours to be logged."""
    return Response(status_code=400)


def _unexpected(request: Request, _error: Exception) -> Response:
    """Ours to mend: the server logs it, and readers learn nothing of its insides."""
    answer = _failure(request, 500, "InternalServerError", "Something went wrong on the server. Its log says what.")
    # This is answered outside of all middleware.
    add_headers(answer.headers)
    return answer


def _failure(
    request: Request, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    headers = {"Vary": "Accept, Accept-Language", **(headers or {})}
    accept = by_preference(request.headers.get("accept", ""))
    if "text/html" not in accept or request.url.path.startswith(_FOR_PROGRAMS):
        return JSONResponse(ProblemSchema(error=kind, detail=detail).model_dump(), status_code=status, headers=headers)
    asked = Address.read(request.url.query)
    rendering = Rendering.for_reader(asked.language, request.headers.get("accept-language", ""))
    here = f"{own_path(request.url.path)}?"
    page = rendering.html(
        "error.html",
        heading=rendering.texts.say(_HEADINGS.get(status, N_("This cannot be answered"))),
        detail=detail,
        here_in={code: f"{here}lang={code}" for code in LANGUAGES},
    )
    return HTMLResponse(page, status_code=status, headers=headers)
