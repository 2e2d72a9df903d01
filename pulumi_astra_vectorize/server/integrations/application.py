"""The integrations service as an application of its own."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.bearer_guard import BearerGuard
from pulumi_astra_vectorize.server.deeds import deed_of
from pulumi_astra_vectorize.server.integrations.credentials import Vault
from pulumi_astra_vectorize.server.integrations.refusals import Refusal, problems
from pulumi_astra_vectorize.server.integrations.routes import routes
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.wire import INTEGRATIONS

API_VERSION = "1"
"""Of the interface, not of the package: it changes when callers must."""

NO_TOKEN = "send the application token: `Authorization: Bearer TOKEN`"  # noqa: S105 - a hint


def create_integrations_service(vault: Vault, admission: Admission) -> FastAPI:
    """The service with its OpenAPI document at ``/openapi.json``."""
    service = FastAPI(
        title="Integrations service",
        summary="Embedding provider integrations, user access tokens and their scopes",
        version=API_VERSION,
        docs_url=None,  # the pages behind these two load scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    service.state.vault = vault
    service.include_router(routes)
    service.add_exception_handler(Refusal, refuse)
    shape_errors(service, lambda _status, code, message: problems(code, message))
    service.add_middleware(
        BearerGuard,
        admission=admission,
        prefix=INTEGRATIONS,
        refusal=problems("UNAUTHENTICATED", NO_TOKEN),
    )
    return service


def refuse(request: Request, refusal: Exception) -> JSONResponse:
    """Answers a Refusal in the service's shape."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for this class
    deed_of(request.scope).problem = refusal.code
    return JSONResponse(problems(refusal.code, refusal.message), refusal.http_status)


def _operation_id(route: APIRoute) -> str:
    return route.name
