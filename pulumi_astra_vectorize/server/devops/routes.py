"""The DevOps API over HTTP (contract devops.md)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pulumi_astra_vectorize.rules import MAX_ENTITY_NAME, SYSTEM_KEYSPACES, entity_name_problem
from pulumi_astra_vectorize.server.devops.queries import (
    DatabaseQuery,
    find_databases,
    is_id,
    known_database,
)
from pulumi_astra_vectorize.server.devops.refusals import DevOpsRefusal
from pulumi_astra_vectorize.server.devops.views import DatabaseView, database_view
from pulumi_astra_vectorize.server.sockets import is_wildcard, url_of
from pulumi_astra_vectorize.server.state import ServerState, TheServer
from pulumi_astra_vectorize.server.store.keyspaces import create_keyspace, drop_keyspace
from pulumi_astra_vectorize.server.store.schema import Database

KEYSPACE = "/databases/{database_id}/keyspaces/{name}"

routes = APIRouter()
"""Stands under ``/v2``; the application that includes it has a server in its state."""


@routes.get("/databases")
def list_databases(
    server: TheServer, request: Request, query: Annotated[DatabaseQuery, Query()]
) -> list[DatabaseView]:
    with server.store.read() as session:
        found = find_databases(session, query)
        keyspace = server.settings.keyspace
        return [
            database_view(session, database, keyspace, _endpoint(server, request, database))
            for database in found
        ]


@routes.get("/databases/{database_id}")
def show_database(server: TheServer, request: Request, database_id: str) -> DatabaseView:
    if not is_id(database_id):
        raise DevOpsRefusal(400, f"{database_id!r} is no id of a database")
    with server.store.read() as session:
        database = known_database(session, database_id)
        if database is None:
            raise _no_database(database_id)
        endpoint = _endpoint(server, request, database)
        return database_view(session, database, server.settings.keyspace, endpoint)


@routes.post(KEYSPACE, status_code=201)
def add_keyspace(server: TheServer, database_id: str, name: str) -> Response:
    _check_name(name)
    with server.store.write() as session:
        database = known_database(session, database_id)
        if database is None:
            raise _no_database(database_id)
        create_keyspace(session, database.id, name)
    return Response(status_code=201)


@routes.delete(KEYSPACE, status_code=202)
def remove_keyspace(server: TheServer, database_id: str, name: str) -> Response:
    _check_name(name)
    with server.store.write() as session:
        database = known_database(session, database_id)
        dropped = drop_keyspace(session, database.id, name) if database else None
    for entity_id in dropped or ():
        server.vectors.forget(entity_id)
    return Response(status_code=204 if dropped is None else 202)


def _check_name(name: str) -> None:
    problem = entity_name_problem("keyspace", name, MAX_ENTITY_NAME)
    if problem:
        raise DevOpsRefusal(422, problem)
    if name in SYSTEM_KEYSPACES:
        raise DevOpsRefusal(422, f"{name!r} is a keyspace of the database itself")


def _no_database(database_id: str) -> DevOpsRefusal:
    return DevOpsRefusal(404, f"there is no database with id {database_id}")


def _endpoint(server: ServerState, request: Request, database: Database) -> str:
    """The address of the database's Data API, as this caller reaches the server."""
    host = server.settings.host
    if is_wildcard(host) and request.url.hostname:
        host = request.url.hostname
    return url_of(host, database.port)
