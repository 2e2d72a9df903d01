"""Collections and tables as named things of a keyspace, for the commands that define them."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.commands import Call, Kind
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.store.schema import Entity

NAMED = select(Entity).where(
    Entity.database_id == bindparam("database_id"),
    Entity.keyspace == bindparam("keyspace"),
    Entity.name == bindparam("name"),
)
"""Made once: to make a statement takes as long as to have it answered."""


def entity_named(session: Session, database_id: str, keyspace: str, name: str) -> Entity | None:
    """The collection or table of that name."""
    place = {"database_id": database_id, "keyspace": keyspace, "name": name}
    return session.scalar(NAMED, place)


def find_entity(session: Session, call: Call, name: str) -> Entity | None:
    """The collection or table of that name in the addressed keyspace."""
    return entity_named(session, call.database.id, call.keyspace, name)


def entities_of_kind(session: Session, call: Call, kind: Kind) -> list[Entity]:
    """The collections or the tables of the addressed keyspace, by name."""
    statement = (
        select(Entity)
        .filter_by(database_id=call.database.id, keyspace=call.keyspace, kind=kind)
        .order_by(Entity.name)
    )
    return list(session.scalars(statement))


def add_entity(session: Session, call: Call, name: str, kind: Kind, definition: JsonObject) -> None:
    """Puts a new collection or table into the addressed keyspace."""
    session.add(
        Entity(
            database_id=call.database.id,
            keyspace=call.keyspace,
            name=name,
            kind=kind,
            definition=definition,
        )
    )


def count_collections(session: Session, call: Call) -> int:
    """The collections of the addressed database, over all its keyspaces."""
    statement = (
        select(func.count())
        .select_from(Entity)
        .filter_by(database_id=call.database.id, kind="collection")
    )
    return session.scalar(statement) or 0


def drop_entity(call: Call, name: str) -> bool:
    """Drops the collection or table of that name with all that is in it; False if there is none."""
    with call.write() as session:
        entity = find_entity(session, call, name)
        if entity is None:
            return False
        session.execute(delete(Entity).where(Entity.id == entity.id))
    call.server.vectors.forget(entity.id)
    return True
