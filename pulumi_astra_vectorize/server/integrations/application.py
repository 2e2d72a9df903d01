"""The integrations service as an application of its own."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.bearer_guard import NO_TOKEN, BearerGuard
from pulumi_astra_vectorize.server.integrations.routes import routes
from pulumi_astra_vectorize.server.refusals import Refusal, problems, refuse
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.server.vault import Vault
from pulumi_astra_vectorize.wire import INTEGRATIONS

API_VERSION = "1"
"""Of the interface, not of the package: it changes when callers must."""


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


def _operation_id(route: APIRoute) -> str:
    return route.name
