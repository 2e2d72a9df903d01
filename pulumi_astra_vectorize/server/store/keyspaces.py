"""Keyspaces: made and dropped in one way, whichever interface asks for it."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.store.schema import Entity, Keyspace


def create_keyspace(session: Session, database_id: str, name: str) -> bool:
    """Makes the keyspace; False when it was there already."""
    if session.get(Keyspace, (database_id, name)):
        return False
    session.add(Keyspace(database_id=database_id, name=name))
    return True


def drop_keyspace(session: Session, database_id: str, name: str) -> list[int] | None:
    """Drops the keyspace with all that is in it; None when there was none.

    Returns the ids of the collections and tables that went with it: once the transaction is
    committed, the vector cache has to forget them.
    """
    keyspace = session.get(Keyspace, (database_id, name))
    if keyspace is None:
        return None
    contents = (Entity.database_id == database_id, Entity.keyspace == name)
    dropped = list(session.scalars(select(Entity.id).where(*contents)))
    session.execute(delete(Entity).where(*contents))
    session.delete(keyspace)
    return dropped


def keyspaces_of(session: Session, database_id: str) -> list[str]:
    """The names of the database's keyspaces, sorted."""
    found = select(Keyspace.name).where(Keyspace.database_id == database_id)
    return sorted(session.scalars(found))
