"""Rows out of the store: those that a filter matches, and how a reply shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.records import (
    Stored,
    records_with_keys,
    scan,
    vectors_at,
)
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filters import RowFilter, exact_keys, texts_held
from pulumi_astra_vectorize.server.data_api.tables.moments import well_formed


def matching_rows(
    session: Session, entity_id: int, table: Table, expression: RowFilter, after: int = 0
) -> Iterator[Stored]:
    """The rows that a filter matches, in the order of insertion, those after a position only.

    A filter that fixes the primary key looks the rows up, one for a text reads those that have it
    somewhere, any other one reads all of them.
    """
    keys = exact_keys(table, expression)
    candidates: Iterable[Stored] = (
        scan(session, entity_id, after, texts_held(expression))
        if keys is None
        else (it for it in records_with_keys(session, entity_id, keys) if it.position > after)
    )
    matches = expression.field_tests().matches
    return (row for row in candidates if matches(row.body))


def shown_rows(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Stored],
    similarities: Mapping[int, float],
) -> list[JsonObject]:
    """The rows as a reply shows them: null columns are left out, similarities come last."""
    positions = [row.position for row in rows]
    vectors = {
        name: vectors_at(session, name, positions)
        for name in columns
        if name in table.vector_columns
    }
    readers = [(name, _reader(table, name, vectors)) for name in columns]
    return [
        {
            **{name: value for name, read in readers if (value := read(row)) is not None},
            **_similarity(row, similarities),
        }
        for row in rows
    ]


def _reader(
    table: Table, name: str, vectors: Mapping[str, Mapping[int, list[float]]]
) -> Callable[[Stored], object]:
    """What takes a column's value out of a row, None for null."""
    if name in vectors:
        return lambda row: vectors[name].get(row.position)
    if table.columns[name]["type"] == "timestamp":
        return lambda row: well_formed(row.body[name]) if name in row.body else None
    return lambda row: row.body.get(name)


def _similarity(row: Stored, similarities: Mapping[int, float]) -> JsonObject:
    if row.position not in similarities:
        return {}
    return {"$similarity": similarities[row.position]}
