"""The paths of the Data API over HTTP (contract data-api.md, section 1)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import bindparam, select
from starlette.concurrency import run_in_threadpool

from pulumi_astra_vectorize.server.control.availability import refuse_request
from pulumi_astra_vectorize.server.data_api.authentication import presented_token
from pulumi_astra_vectorize.server.data_api.dispatch import LEVELS, dispatch, refusal
from pulumi_astra_vectorize.server.data_api.envelope import Failure
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import ACTIVE, Database

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

BY_PORT = select(Database).where(Database.port == bindparam("port"))
"""Made once, like ``ADDRESSED``: to make a statement takes as long as to have it answered."""

REPLY_TYPE = "application/json;charset=UTF-8"


def router(server: ServerState) -> APIRouter:
    """The Data API's routes, for the ports that belong to a database."""

    async def answer(request: Request) -> Response:
        try:
            return await _answer(server, request)
        except Failure as failure:
            media_type = "application/json" if failure.http_status == 401 else REPLY_TYPE
            return JSONResponse(refusal(failure), failure.http_status, media_type=media_type)

    routes = APIRouter()
    for path in ("/v1", "/v1/{names:path}"):
        routes.add_api_route(path, answer, methods=list(METHODS), include_in_schema=False)
    return routes


async def _answer(server: ServerState, request: Request) -> Response:
    presented_token(request.headers)
    body = await request.body()
    return await run_in_threadpool(_answer_to, server, request, body)


def _answer_to(server: ServerState, request: Request, body: bytes) -> Response:
    """All the rest, on one thread: each change of threads costs as much as a look at the store."""
    database = _addressed_database(server, request)
    if database is None:
        return Response(status_code=404)
    if database.status != ACTIVE:
        unavailable = refuse_request(server, database.id)
        if unavailable is not None:
            return JSONResponse(unavailable, 503)
    segments = [name for name in request.path_params.get("names", "").split("/") if name]
    without_command = _status_without_command(request.method, segments)
    if without_command is not None:
        return Response(status_code=without_command)
    _check_content_type(request)
    status, reply = dispatch(server, database, segments, dict(request.headers), body)
    return JSONResponse(reply, status, media_type=REPLY_TYPE)


def _addressed_database(server: ServerState, request: Request) -> Database | None:
    """The database whose port the request came in on; the main port has none."""
    _, port = request.scope["server"]
    with server.store.read() as session:
        return session.scalar(BY_PORT, {"port": port})


def _status_without_command(method: str, segments: list[str]) -> int | None:
    """The answer to a method or path that carries no command; None for one that does."""
    if method == "OPTIONS":
        return 200
    if len(segments) >= len(LEVELS):
        return 404
    if method == "POST":
        return None
    return 404 if segments else 405


def _check_content_type(request: Request) -> None:
    sent = request.headers.get("content-type")
    if sent is not None and sent.split(";")[0].strip().lower() != "application/json":
        raise Failure(
            "UNSUPPORTED_CONTENT_TYPE",
            f"Request sent with unsupported 'Content-Type' header: '{sent}'. "
            "Resend with 'application/json'.",
            http_status=415,
        )
