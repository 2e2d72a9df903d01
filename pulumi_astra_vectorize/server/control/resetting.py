"""Empties a server: everything but its databases and its application token."""

from __future__ import annotations

from sqlalchemy import delete, select

from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import (
    ACTIVE,
    Database,
    Entity,
    Integration,
    Keyspace,
    RetiredScope,
    ScopedDatabase,
    UserAccessToken,
)

EMPTIED = (Entity, Keyspace, ScopedDatabase, RetiredScope, UserAccessToken, Integration)
"""In an order in which nothing refers to what is gone already."""


def reset(server: ServerState) -> None:
    """Leaves the databases ACTIVE, each with its default keyspace and nothing in it; no troubles,
    and no requests counted.

    Ids, names and addresses of the databases stay.
    """
    with server.store.write() as session:
        dropped = list(session.scalars(select(Entity.id)))
        for kind in EMPTIED:
            session.execute(delete(kind))
        for database in session.scalars(select(Database)):
            database.status = ACTIVE
            session.add(Keyspace(database_id=database.id, name=server.settings.keyspace))
    for entity_id in dropped:
        server.vectors.forget(entity_id)
    server.troubles.clear()
    server.requests.clear()
