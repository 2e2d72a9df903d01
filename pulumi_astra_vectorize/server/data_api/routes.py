"""The paths of the Data API over HTTP (contract data-api.md, section 1)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pulumi_astra_vectorize.server.control.availability import refuse_request
from pulumi_astra_vectorize.server.data_api.addresses import Addresses
from pulumi_astra_vectorize.server.data_api.authentication import presented_token
from pulumi_astra_vectorize.server.data_api.dispatch import LEVELS, dispatch, refusal
from pulumi_astra_vectorize.server.data_api.envelope import Failure
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import ACTIVE

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

REPLY_TYPE = "application/json;charset=UTF-8"


def routes(server: ServerState) -> list[Route]:
    """The Data API's paths, for the ports that belong to a database."""
    addresses = Addresses(server.store)

    async def answer(request: Request) -> Response:
        try:
            return await _answer(server, addresses, request)
        except Failure as failure:
            media_type = "application/json" if failure.http_status == 401 else REPLY_TYPE
            return JSONResponse(refusal(failure), failure.http_status, media_type=media_type)

    return [Route(path, answer, methods=METHODS) for path in ("/v1/{names:path}", "/v1")]


async def _answer(server: ServerState, addresses: Addresses, request: Request) -> Response:
    presented_token(request.headers)
    body = await request.body()
    return await run_in_threadpool(_answer_to, server, addresses, request, body)


def _answer_to(
    server: ServerState, addresses: Addresses, request: Request, body: bytes
) -> Response:
    """All the rest, on one thread: each change of threads costs as much as a look at the store."""
    segments = [name for name in request.path_params.get("names", "").split("/") if name]
    _, port = request.scope["server"]
    target = addresses.find(port, segments)
    if target is None:
        return Response(status_code=404)
    if target.database.status != ACTIVE:
        unavailable = refuse_request(server, target.database.id)
        if unavailable is not None:
            return JSONResponse(unavailable, 503)
    without_command = _status_without_command(request.method, segments)
    if without_command is not None:
        return Response(status_code=without_command)
    _check_content_type(request)
    status, reply = dispatch(server, target, request.headers, body)
    return Response(reply, status, media_type=REPLY_TYPE)


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
