"""Rows on their way in: values by column, texts still to embed, upserts into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject
from pulumi_astra_vectorize.server.data_api.records import (
    Draft,
    Stored,
    insert_records,
    records_with_keys,
    rewrite_bodies,
    rewrite_vectors,
)
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.primary_keys import record_key
from pulumi_astra_vectorize.server.data_api.tables.scalars import InvalidValueError, JsonValue
from pulumi_astra_vectorize.server.data_api.tables.values import parse_value
from pulumi_astra_vectorize.server.data_api.vectorize import embed

Edit = Callable[[JsonValue], JsonValue]
"""Makes the new value of a column out of the stored one, None for null."""


@dataclass
class RowChange:
    """New values of one row's columns: None empties a column, columns not named stay.

    ``edits`` make a value of the one that is there; ``texts`` are the strings that ``embed_texts``
    turns into ``vectors``.
    """

    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    edits: dict[str, Edit] = field(default_factory=dict[str, Edit])
    vectors: dict[str, list[float] | None] = field(default_factory=dict[str, "list[float] | None"])
    texts: dict[str, str] = field(default_factory=dict[str, str])

    def key_values(self, table: Table) -> list[JsonValue]:
        """The row's primary key, in key order; its columns must all have a value."""
        given = {**self.values, **self.vectors}
        return [given[name] for name in table.primary_key]

    def merge(self, later: RowChange) -> None:
        """Takes over what a later change of the same row says."""
        self.values.update(later.values)
        self.edits.update(later.edits)
        self.vectors.update(later.vectors)

    def holds_a_value(self) -> bool:
        """Whether a new row would have anything but its key: empty lists, sets, maps are null."""
        values = [*self.merged({}).values(), *self.vectors.values()]
        return any(value is not None for value in values)

    def merged(self, body: JsonObject) -> JsonObject:
        """A row's body after the change: null columns are not kept."""
        edited = {name: edit(body.get(name)) for name, edit in self.edits.items()}
        changed = {**body, **self.values, **edited}
        return {name: value for name, value in changed.items() if value is not None}


def _assign(table: Table, change: RowChange, name: str, value: object) -> None:
    """Sets one column, whose type must take the value (InvalidValueError).

    A blank text in a vectorize column empties it, another one waits for its embedding.
    """
    column = table.columns[name]
    if column["type"] != "vector":
        change.values[name] = None if value is None else parse_value(column, value)
    elif isinstance(value, str) and value.strip():
        change.texts[name] = value
    else:
        empty = value is None or isinstance(value, str)
        change.vectors[name] = None if empty else parse_value(column, value)


def assign_all(
    table: Table, change: RowChange, values: JsonObject, *, scope: str, invalid_values: str
) -> None:
    """Sets several columns, or raises the first failure with the command's scope and code."""
    refused = list(_texts_without_service(table, values))
    if refused:
        raise Failure(
            "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION",
            f"The columns {', '.join(refused)} of {table.full_name} have no embedding service: "
            "they take vectors, not text.",
            scope=scope,
        )
    take_all(
        table,
        values,
        lambda name, value: _assign(table, change, name, value),
        scope=scope,
        invalid_values=invalid_values,
    )


def take_all(
    table: Table,
    values: JsonObject,
    take: Callable[[str, object], None],
    *,
    scope: str,
    invalid_values: str,
) -> None:
    """Takes the values of several columns, or says of each that its type does not take why."""
    problems: list[str] = []
    for name, value in values.items():
        try:
            take(name, value)
        except InvalidValueError as problem:
            problems.append(f"'{name}' ({table.columns[name]['type']}): {problem}")
    if problems:
        raise Failure(
            invalid_values,
            f"The table {table.full_name} does not take these values: {'; '.join(problems)}.",
            scope=scope,
        )


def _texts_without_service(table: Table, values: JsonObject) -> Iterator[str]:
    """The vector columns that are given a text and cannot embed it."""
    for name, value in values.items():
        is_vector = table.columns[name]["type"] == "vector"
        if is_vector and isinstance(value, str) and not table.has_service(name):
            yield name


def embed_texts(call: Call, table: Table, changes: Sequence[RowChange]) -> None:
    """Turns all texts of all rows into vectors, in one call of the embedding provider.

    Raises the failures of contract data-api.md, section 9. Not to be run in a transaction.
    """
    waiting = [(change, name, text) for change in changes for name, text in change.texts.items()]
    if not waiting:
        return
    columns = {name: table.columns[name] for _, name, _ in waiting}
    _refuse_several_services(columns)
    column = next(iter(columns.values()))
    texts = [text for _, _, text in waiting]
    vectors = embed(call, column["service"], column["dimension"], texts, batch=None)
    for (change, name, _), vector in zip(waiting, vectors, strict=True):
        change.vectors[name] = vector


def _refuse_several_services(columns: dict[str, JsonObject]) -> None:
    services = {
        (column["service"]["provider"], column["service"]["modelName"], column["dimension"])
        for column in columns.values()
    }
    if len(services) > 1:
        raise Failure(
            "UNSUPPORTED_VECTORIZE_CONFIGURATIONS",
            f"One request embeds with one provider, model and dimension; {', '.join(columns)} "
            "have several.",
            scope="DOCUMENT",
        )


def upsert(call: Call, table: Table, changes: Sequence[RowChange], *, inserts: bool = True) -> None:
    """Writes rows: of existing ones the named columns are replaced, new ones are inserted.

    Without ``inserts`` what is not there stays away.
    """
    entity_id = call.target.id
    by_key: dict[str, RowChange] = {}
    for change in changes:
        by_key.setdefault(record_key(change.key_values(table)), RowChange()).merge(change)
    with call.write() as session:
        known = {row.key: row for row in records_with_keys(session, entity_id, by_key)}
        new = by_key.keys() - known.keys() if inserts else ()
        drafts = [_draft(key, change) for key, change in by_key.items() if key in new]
        positions = insert_records(session, entity_id, drafts)
        _rewrite(session, entity_id, table, [(row, by_key[key]) for key, row in known.items()])
    touched = [*positions, *(row.position for row in known.values())]
    for column in table.vector_columns:
        call.server.vectors.put(entity_id, column, touched)


def _rewrite(
    session: Session, entity_id: int, table: Table, changes: Sequence[tuple[Stored, RowChange]]
) -> None:
    rewrite_bodies(session, {row.position: change.merged(row.body) for row, change in changes})
    for column in table.vector_columns:
        changed = {
            row.position: change.vectors[column]
            for row, change in changes
            if column in change.vectors
        }
        rewrite_vectors(session, entity_id, column, changed)


def _draft(key: str, change: RowChange) -> Draft:
    vectors = {name: vector for name, vector in change.vectors.items() if vector is not None}
    return Draft(key, change.merged({}), vectors)
