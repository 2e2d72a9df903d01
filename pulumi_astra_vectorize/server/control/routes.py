"""The control interface over HTTP (docs/control.md)."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from pulumi_astra_vectorize.server.bearer_guard import bearer_of
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
from pulumi_astra_vectorize.server.refusals import missing
from pulumi_astra_vectorize.server.state import TheServer
from pulumi_astra_vectorize.server.store.schema import Database

NOTHING = 204

routes = APIRouter()
"""Stands under ``/_control``; the application that includes it has a server in its state."""


@routes.post("/reset", status_code=NOTHING)
def reset(server: TheServer) -> Response:
    resetting.reset(server)
    return Response(status_code=NOTHING)


@routes.post("/seed")
def seed(server: TheServer, request: Request, source: SeedFolder) -> list[SeededCollection]:
    return seeding.seed(server, Path(source.folder), bearer_of(request.headers) or "")


@routes.get("/faults")
def list_faults(server: TheServer) -> list[Fault]:
    return server.troubles.faults.waiting()


@routes.post("/faults", status_code=201)
def add_fault(server: TheServer, fault: Fault) -> Fault:
    server.troubles.faults.add(fault)
    return fault


@routes.delete("/faults", status_code=NOTHING)
def clear_faults(server: TheServer) -> Response:
    server.troubles.faults.clear()
    return Response(status_code=NOTHING)


@routes.get("/requests")
def count_requests(server: TheServer) -> RequestCounts:
    return server.requests.counts()


@routes.delete("/requests", status_code=NOTHING)
def forget_requests(server: TheServer) -> Response:
    server.requests.clear()
    return Response(status_code=NOTHING)


@routes.put("/credential-cache")
def configure_credential_cache(
    server: TheServer, settings: CredentialCacheSettings
) -> CredentialCacheSettings:
    server.troubles.credential_cache.configure(settings)
    return settings


@routes.put("/databases/{name}/status", status_code=NOTHING)
def change_status(server: TheServer, name: str, change: StatusChange) -> Response:
    with server.store.read() as session:
        database_id = session.scalar(select(Database.id).filter_by(name=name))
    if database_id is None:
        raise missing("DATABASE_NOT_FOUND", f"there is no database {name!r}")
    availability.change_status(server, database_id, change)
    return Response(status_code=NOTHING)


@routes.post("/hugging-face/revoke", status_code=NOTHING)
def revoke_secret(server: TheServer, body: SecretOfProvider) -> Response:
    server.troubles.revoked.revoke(body.secret.get_secret_value())
    return Response(status_code=NOTHING)


@routes.post("/hugging-face/restore", status_code=NOTHING)
def restore_secret(server: TheServer, body: SecretOfProvider) -> Response:
    server.troubles.revoked.restore(body.secret.get_secret_value())
    return Response(status_code=NOTHING)
