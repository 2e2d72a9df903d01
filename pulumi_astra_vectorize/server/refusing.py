"""Gives every error of an application one shape: never HTML, never a secret, never silence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import chain

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from pulumi_astra_vectorize.server.store.problems import StorageError

LOGGER = logging.getLogger(__name__)

Shape = Callable[[int, str, str], dict[str, object]]
"""Makes a body out of an HTTP status, a stable code and a message."""

CODES = {400: "INVALID_REQUEST", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
"""The stable codes of what the framework itself refuses."""


NOT_AS_JSON = "send the body as JSON, with the header `Content-Type: application/json`"


def shape_errors(application: Starlette, shape: Shape, *, invalid_status: int = 422) -> None:
    """Answers in this shape what the framework, the store or a mistake of ours refuses.

    ``invalid_status`` is the HTTP status for parameters and bodies that break their model.
    """

    def refused(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, HTTPException)  # noqa: S101 - as registered below
        status = invalid_status if problem.status_code == 400 else problem.status_code
        headers = _allowed(request) if status == 405 else problem.headers
        code = CODES.get(problem.status_code, "REFUSED")
        return JSONResponse(shape(status, code, problem.detail), status, headers)

    def invalid(_request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, RequestValidationError)  # noqa: S101 - as registered below
        body = shape(invalid_status, "INVALID_REQUEST", _without_input(problem))
        return JSONResponse(body, invalid_status)

    def unstored(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, StorageError)  # noqa: S101 - as registered below
        LOGGER.error("%s %s: %s", request.method, request.url.path, problem.message)
        body = shape(problem.http_status, problem.code, problem.message)
        return JSONResponse(body, problem.http_status)

    def failed(_request: Request, problem: Exception) -> JSONResponse:
        message = f"the server failed ({type(problem).__name__}); its log says more"
        closing = {"Connection": "close"}  # uvicorn does it anyway, the client should know
        return JSONResponse(shape(500, "INTERNAL_ERROR", message), 500, closing)

    application.add_exception_handler(HTTPException, refused)
    application.add_exception_handler(RequestValidationError, invalid)
    application.add_exception_handler(StorageError, unstored)
    application.add_exception_handler(Exception, failed)


def _allowed(request: Request) -> dict[str, str]:
    """Every method that the path takes; the framework names those of one route only."""
    matching = (
        route.methods or ()
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    )
    return {"Allow": ", ".join(sorted(chain.from_iterable(matching)))}


def _without_input(problem: RequestValidationError) -> str:
    """What is wrong and where; what was sent stays out of it, for it may be a secret."""
    if isinstance(problem.body, bytes):  # FastAPI parses only what says that it is JSON
        return NOT_AS_JSON
    return "; ".join(
        f"{'.'.join(str(step) for step in error['loc'])}: {error['msg']}"
        for error in problem.errors()
    )
