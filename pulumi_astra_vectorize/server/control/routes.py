"""The control interface over HTTP (docs/control.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy import select

from pulumi_astra_vectorize.server.control import availability, resetting, seeding
from pulumi_astra_vectorize.server.control.models import (
    CredentialCacheSettings,
    Fault,
    RequestCounts,
    SecretOfProvider,
    SeededCollection,
    SeedFolder,
    StatusChange,
)
from pulumi_astra_vectorize.server.integrations.refusals import missing
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import Database

NOTHING = 204


async def _state(request: Request) -> ServerState:
    """Async though it waits for nothing: anything else is given a thread of the pool."""
    state: ServerState = request.app.state.server
    return state


Server = Annotated[ServerState, Depends(_state)]

routes = APIRouter()
"""Stands under ``/_control``; the application that includes it has a server in its state."""


@routes.post("/reset", status_code=NOTHING)
def reset(server: Server) -> Response:
    resetting.reset(server)
    return Response(status_code=NOTHING)


@routes.post("/seed")
def seed(
    server: Server, source: SeedFolder, authorization: Annotated[str, Header()]
) -> list[SeededCollection]:
    _, _, token = authorization.partition(" ")
    return seeding.seed(server, Path(source.folder), token)


@routes.get("/faults")
def list_faults(server: Server) -> list[Fault]:
    return server.troubles.faults.waiting()


@routes.post("/faults", status_code=201)
def add_fault(server: Server, fault: Fault) -> Fault:
    server.troubles.faults.add(fault)
    return fault


@routes.delete("/faults", status_code=NOTHING)
def clear_faults(server: Server) -> Response:
    server.troubles.faults.clear()
    return Response(status_code=NOTHING)


@routes.get("/requests")
def count_requests(server: Server) -> RequestCounts:
    return server.requests.counts()


@routes.delete("/requests", status_code=NOTHING)
def forget_requests(server: Server) -> Response:
    server.requests.clear()
    return Response(status_code=NOTHING)


@routes.put("/credential-cache")
def configure_credential_cache(
    server: Server, settings: CredentialCacheSettings
) -> CredentialCacheSettings:
    server.troubles.credential_cache.configure(settings)
    return settings


@routes.put("/databases/{name}/status", status_code=NOTHING)
def change_status(server: Server, name: str, change: StatusChange) -> Response:
    with server.store.read() as session:
        database_id = session.scalar(select(Database.id).filter_by(name=name))
    if database_id is None:
        raise missing("DATABASE_NOT_FOUND", f"there is no database {name!r}")
    availability.change_status(server, database_id, change)
    return Response(status_code=NOTHING)


@routes.post("/hugging-face/revoke", status_code=NOTHING)
def revoke_secret(server: Server, body: SecretOfProvider) -> Response:
    server.troubles.revoked.revoke(body.secret.get_secret_value())
    return Response(status_code=NOTHING)


@routes.post("/hugging-face/restore", status_code=NOTHING)
def restore_secret(server: Server, body: SecretOfProvider) -> Response:
    server.troubles.revoked.restore(body.secret.get_secret_value())
    return Response(status_code=NOTHING)
