"""Puts the parts together: what answers on the main port, and what on a database's port."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.types import ASGIApp

from pulumi_astra_vectorize.server import health
from pulumi_astra_vectorize.server.body_limit import BodyLimit
from pulumi_astra_vectorize.server.control.application import create_control_interface
from pulumi_astra_vectorize.server.control.faults import FaultInjection
from pulumi_astra_vectorize.server.control.request_log import RequestCounting
from pulumi_astra_vectorize.server.control.scopes import PREFIX as CONTROL
from pulumi_astra_vectorize.server.data_api import dispatch
from pulumi_astra_vectorize.server.data_api import routes as data_api
from pulumi_astra_vectorize.server.data_api.envelope import Failure
from pulumi_astra_vectorize.server.devops import application as devops
from pulumi_astra_vectorize.server.embedding.routes import router as embedding_router
from pulumi_astra_vectorize.server.integrations.application import create_integrations_service
from pulumi_astra_vectorize.server.lookups.application import PREFIX as LOOKUPS
from pulumi_astra_vectorize.server.lookups.application import create_lookups
from pulumi_astra_vectorize.server.lookups.callers import ConfiguredCallers
from pulumi_astra_vectorize.server.port_switch import PortSwitch
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.server.state import ServerState


def create_application(server: ServerState, main_port: int) -> ASGIApp:
    """The whole server: one application for all its sockets."""
    switch = PortSwitch({main_port: _main_application(server)}, _data_application(server))
    application = BodyLimit(switch)
    if not server.settings.control:
        return application
    troubled = FaultInjection(application, server.troubles.faults, main_port)
    return RequestCounting(troubled, server.requests, main_port)


def _main_application(server: ServerState) -> FastAPI:
    main = create_integrations_service(server, server.admission)
    main.include_router(health.routes)
    main.include_router(embedding_router(server.troubles.revoked), include_in_schema=False)
    main.mount(devops.PREFIX, devops.create_devops_api(server))
    main.mount(LOOKUPS, create_lookups(server, ConfiguredCallers(server.admission)))
    if server.settings.control:
        main.mount(CONTROL, create_control_interface(server))
    return main


def _data_application(server: ServerState) -> Starlette:
    """Without FastAPI: a command says in its body what it is, and its models are in a registry."""
    application = Starlette(routes=[*data_api.routes(server), *health.data_api_routes])
    shape_errors(application, _data_api_refusal)
    return application


def _data_api_refusal(http_status: int, code: str, message: str) -> dict[str, object]:
    family = "SERVER" if http_status >= 500 else "REQUEST"
    return dispatch.refusal(Failure(code, message, family=family))
