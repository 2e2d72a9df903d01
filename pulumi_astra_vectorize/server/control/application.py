"""The control interface as an application that is mounted under ``/_control``."""

from __future__ import annotations

from fastapi import FastAPI

from pulumi_astra_vectorize.server.bearer_guard import NO_TOKEN, BearerGuard
from pulumi_astra_vectorize.server.control.routes import routes
from pulumi_astra_vectorize.server.control.scopes import PREFIX
from pulumi_astra_vectorize.server.refusals import Refusal, problems, refuse
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.server.state import ServerState


def create_control_interface(server: ServerState) -> FastAPI:
    """The interface; it opens with the application token, as the integrations service does."""
    control = FastAPI(openapi_url=None)
    control.state.server = server
    control.include_router(routes)
    control.add_exception_handler(Refusal, refuse)
    shape_errors(control, lambda _status, code, message: problems(code, message))
    control.add_middleware(
        BearerGuard,
        admission=server.admission,
        prefix=PREFIX,
        refusal=problems("UNAUTHENTICATED", NO_TOKEN),
    )
    return control
