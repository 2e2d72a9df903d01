"""The DevOps API as an application that is mounted under ``/v2``."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from pulumi_astra_vectorize.server.bearer_guard import NO_TOKEN, BearerGuard
from pulumi_astra_vectorize.server.devops.refusals import DevOpsRefusal, refusal
from pulumi_astra_vectorize.server.devops.routes import routes
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.server.state import ServerState

PREFIX = "/v2"


def create_devops_api(server: ServerState) -> FastAPI:
    """The DevOps API; parameters out of range are 400 here (contract devops.md)."""
    api = FastAPI(openapi_url=None)
    api.state.server = server
    api.include_router(routes)
    api.add_exception_handler(DevOpsRefusal, _refuse)
    shape_errors(api, lambda status, _code, message: refusal(status, message), invalid_status=400)
    api.add_middleware(
        BearerGuard,
        admission=server.admission,
        prefix=PREFIX,
        refusal=refusal(401, NO_TOKEN),
    )
    return api


def _refuse(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, DevOpsRefusal)  # noqa: S101 - registered for this class
    return JSONResponse(refusal(problem.http_status, problem.message), problem.http_status)
