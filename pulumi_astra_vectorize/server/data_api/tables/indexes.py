"""The indexes of a table: which columns have one, and how vectors are compared."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.store.schema import Index

OF_TABLE = select(Index).where(Index.entity_id == bindparam("entity_id")).order_by(Index.name)


def indexes_of(session: Session, entity_id: int) -> list[Index]:
    """The table's indexes by name."""
    return list(session.scalars(OF_TABLE, {"entity_id": entity_id}))


def indexed_columns(session: Session, entity_id: int) -> set[str]:
    """The names of the columns that have an index of any kind."""
    return {column_of(index) for index in indexes_of(session, entity_id)}


def column_of(index: Index) -> str:
    """The indexed column; maps may be indexed by a part: ``{"column": {"tags": "$keys"}}``."""
    column = index.definition["column"]
    return column if isinstance(column, str) else next(iter(column))


def vector_metrics(session: Session, entity_id: int) -> dict[str, str]:
    """The metric of each vector column that has an index."""
    return dict(_vector_metrics(session, entity_id))


def _vector_metrics(session: Session, entity_id: int) -> Iterator[tuple[str, str]]:
    for index in indexes_of(session, entity_id):
        if index.kind == "vector":
            yield column_of(index), index.definition["options"]["metric"]
