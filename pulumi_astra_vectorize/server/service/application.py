"""Puts the service together: management and look-ups, on one port or two."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.types import ASGIApp

from pulumi_astra_vectorize.server import health
from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.body_limit import BodyLimit
from pulumi_astra_vectorize.server.integrations.application import create_integrations_service
from pulumi_astra_vectorize.server.lookups.application import PREFIX, create_lookups, errors
from pulumi_astra_vectorize.server.lookups.callers import Callers
from pulumi_astra_vectorize.server.port_switch import PortSwitch
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.server.request_ids import RequestIds
from pulumi_astra_vectorize.server.service.audit import Audit
from pulumi_astra_vectorize.server.service.metrics import Metering, Metrics
from pulumi_astra_vectorize.server.vault import Vault


def create_service(
    vault: Vault,
    admission: Admission,
    callers: Callers,
    log: logging.Logger,
    lookup_port: int | None,
) -> ASGIApp:
    """The whole service for all its sockets.

    Args:
        vault: tokens, scopes and the keys of their secrets.
        admission: who may manage them.
        callers: who may look secrets up.
        log: takes the lines of the audit log.
        lookup_port: the port that answers look-ups only; None puts them beside the management.
    """
    metrics = Metrics()
    management = create_integrations_service(vault, admission)
    management.include_router(health.routes)
    management.include_router(metrics.routes())
    lookups = create_lookups(vault, callers)
    application: ASGIApp = management
    if lookup_port is None:
        management.mount(PREFIX, lookups)
    else:
        application = PortSwitch({lookup_port: _alone(lookups)}, management)
    return RequestIds(Audit(Metering(BodyLimit(application), metrics), log))


def _alone(lookups: FastAPI) -> FastAPI:
    application = FastAPI(openapi_url=None)
    application.include_router(health.routes)
    application.mount(PREFIX, lookups)
    shape_errors(application, lambda _status, code, message: errors(code, message))
    return application
