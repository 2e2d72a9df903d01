"""createIndex, createVectorIndex, createTextIndex, listIndexes, dropIndex (contract, section 7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.rules import (
    DEFAULT_METRIC,
    DEFAULT_SOURCE_MODEL,
    MAX_INDEX_NAME,
    METRICS,
    SOURCE_MODELS,
)
from pulumi_astra_vectorize.server.data_api.collections.schema_commands import ExplainOptions
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    OK,
    Failure,
    JsonObject,
    Reply,
    schema_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import is_object
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.indexes import indexes_of
from pulumi_astra_vectorize.server.data_api.tables.primary_keys import invalid_query
from pulumi_astra_vectorize.server.data_api.tables.table_commands import (
    IfExists,
    IfNotExists,
    checked_name,
)
from pulumi_astra_vectorize.server.data_api.tables.values import TEXT_TYPES
from pulumi_astra_vectorize.server.store.schema import Index

UNIT_LENGTH_METRIC = "dot_product"
"""The metric of every known source model: their vectors have length one."""

MAP_PARTS = ("$keys", "$values")


class NewIndex(Command):
    """What all commands have that create an index."""

    name: str
    options: IfNotExists | None = None


class RegularOptions(Command):
    """``definition.options`` of createIndex: how text is analysed."""

    ascii: bool | None = None
    normalize: bool | None = None
    case_sensitive: bool | None = None


class RegularDefinition(Command):
    """``definition`` of createIndex; ``column`` is a name or a part of a map."""

    column: Any
    options: RegularOptions | None = None


class CreateIndex(NewIndex):
    """``createIndex``."""

    definition: RegularDefinition


class VectorOptions(Command):
    """``definition.options`` of createVectorIndex."""

    metric: str | None = None
    source_model: str | None = None


class VectorDefinition(Command):
    """``definition`` of createVectorIndex."""

    column: str
    options: VectorOptions | None = None


class CreateVectorIndex(NewIndex):
    """``createVectorIndex``."""

    definition: VectorDefinition


class TextDefinition(Command):
    """``definition`` of createTextIndex."""

    column: str
    options: JsonObject | None = None


class CreateTextIndex(NewIndex):
    """``createTextIndex``."""

    definition: TextDefinition


class ListIndexes(Command):
    """``listIndexes``."""

    options: ExplainOptions | None = None


class DropIndex(Command):
    """``dropIndex``."""

    name: str
    options: IfExists | None = None


@command("createIndex", "data", CreateIndex, kind="table")
def create_index(call: Call, request: CreateIndex) -> Reply:
    """Creates a regular index; on a map of its entries, or of its keys or values."""
    name = checked_name("index", request.name, MAX_INDEX_NAME)
    table = Table.of(call.target)
    column, part = _column_and_part(request.definition.column)
    indexed = _indexed_type(table, column, part)
    options = _regular_options(table, column, indexed, request.definition.options)
    target = {column: part} if part else column
    definition = {"column": target, "options": options}
    return _create(call, name, "regular", definition, request.options)


@command("createVectorIndex", "data", CreateVectorIndex, kind="table")
def create_vector_index(call: Call, request: CreateVectorIndex) -> Reply:
    """Creates a vector index, without which no vector sort is possible."""
    name = checked_name("index", request.name, MAX_INDEX_NAME)
    table, column = Table.of(call.target), request.definition.column
    if _existing(table, column)["type"] != "vector":
        raise _unsupported("UNSUPPORTED_VECTOR_INDEX_FOR_DATA_TYPES", table, column)
    definition = {
        "column": column,
        "options": _vector_options(request.definition.options or VectorOptions()),
    }
    return _create(call, name, "vector", definition, request.options)


@command("createTextIndex", "data", CreateTextIndex, kind="table")
def create_text_index(_call: Call, _request: CreateTextIndex) -> Reply:
    """Refused as observed: the engine has no text analyser."""
    raise Failure(
        "UNEXPECTED_DRIVER_ERROR",
        "The database has no text indexes: 'index_analyzer' is not a known option.",
        scope="DATABASE",
        family="SERVER",
        status={"ok": 0},
    )


@command("listIndexes", "data", ListIndexes, kind="table")
def list_indexes(call: Call, request: ListIndexes) -> Reply:
    """The names of the table's indexes, or with ``explain`` their definitions."""
    with call.server.store.read() as session:
        indexes = indexes_of(session, call.target.id)
    if not (request.options or ExplainOptions()).explain:
        return Reply(status={"indexes": [index.name for index in indexes]})
    explained = [
        {"name": index.name, "definition": index.definition, "indexType": index.kind}
        for index in indexes
    ]
    return Reply(status={"indexes": explained})


@command("dropIndex", "keyspace", DropIndex)
def drop_index(call: Call, request: DropIndex) -> Reply:
    """Drops an index by its name, which is unique in the keyspace."""
    with call.server.store.write() as session:
        index = _find_index(session, call, request.name)
        if index is not None:
            session.delete(index)
        elif not (request.options or IfExists()).if_exists:
            raise schema_failure(
                "CANNOT_DROP_UNKNOWN_INDEX",
                f"The keyspace '{call.keyspace}' has no index '{request.name}'.",
                ok0=True,
            )
    return OK


def _column_and_part(raw: object) -> tuple[str, str | None]:
    if isinstance(raw, str) and raw:
        return raw, None
    if is_object(raw) and len(raw) == 1:
        ((column, part),) = raw.items()
        if part in MAP_PARTS:
            return column, str(part)
    raise schema_failure(
        "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN",
        'An index is on "column", or on a part of a map: {"column": "$keys"} or "$values".',
    )


def _existing(table: Table, column: str) -> JsonObject:
    if column not in table.columns:
        raise schema_failure(
            "UNKNOWN_INDEX_COLUMN",
            f"The table {table.full_name} has the columns {table.described()}, not '{column}'.",
        )
    return table.columns[column]


def _indexed_type(table: Table, column: str, part: str | None) -> str:
    """The primitive type that the index holds, or ``entries`` for a whole map."""
    definition = _existing(table, column)
    kind: str = definition["type"]
    if kind == "vector":
        raise _unsupported("UNSUPPORTED_INDEXING_FOR_DATA_TYPES", table, column)
    if kind == "map":
        members = {"$keys": definition["keyType"], "$values": definition["valueType"]}
        return members[part] if part else "entries"
    if part:
        raise schema_failure(
            "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN", f"'{column}' is no map: it has no {part}."
        )
    indexed: str = definition.get("valueType", kind)
    return indexed


def _regular_options(
    table: Table, column: str, indexed: str, options: RegularOptions | None
) -> JsonObject:
    """How text is analysed, in full; other types have no options."""
    given = options.model_dump(by_alias=True, exclude_none=True) if options else {}
    if indexed in TEXT_TYPES:
        return {"ascii": False, "caseSensitive": True, "normalize": False, **given}
    if given and indexed == "entries":
        raise _unsupported("CANNOT_ANALYZE_ENTRIES_ON_MAP_COLUMNS", table, column)
    if given:
        raise _unsupported("UNSUPPORTED_TEXT_ANALYSIS_FOR_DATA_TYPES", table, column)
    return {}


def _unsupported(code: str, table: Table, column: str) -> Failure:
    return schema_failure(
        code,
        f"The table {table.full_name} has the columns {table.described()}. The index is not "
        f"supported on: {column}.",
    )


def _vector_options(options: VectorOptions) -> JsonObject:
    """Metric and source model as explained; the metric follows the model unless it is given."""
    model = options.source_model or DEFAULT_SOURCE_MODEL
    if model not in SOURCE_MODELS:
        raise _unknown("UNKNOWN_VECTOR_SOURCE_MODEL", model, SOURCE_MODELS)
    derived = DEFAULT_METRIC if model == DEFAULT_SOURCE_MODEL else UNIT_LENGTH_METRIC
    metric = options.metric or derived
    if metric not in METRICS:
        raise _unknown("UNKNOWN_VECTOR_METRIC", metric, METRICS)
    return {"metric": metric, "sourceModel": model}


def _unknown(code: str, value: str, known: tuple[str, ...]) -> Failure:
    return schema_failure(code, f"'{value}' is not known: use one of {', '.join(known)}.")


def _create(
    call: Call, name: str, kind: str, definition: JsonObject, options: IfNotExists | None
) -> Reply:
    with call.server.store.write() as session:
        if _find_index(session, call, name) is not None:
            if options and options.if_not_exists:
                return OK
            raise schema_failure(
                "CANNOT_ADD_EXISTING_INDEX",
                f"The keyspace '{call.keyspace}' already has an index '{name}'.",
                ok0=True,
            )
        _refuse_second(session, call, definition)
        session.add(
            Index(
                database_id=call.database.id,
                keyspace=call.keyspace,
                name=name,
                entity_id=call.target.id,
                kind=kind,
                definition=definition,
            )
        )
    return OK


def _refuse_second(session: Session, call: Call, definition: JsonObject) -> None:
    for index in indexes_of(session, call.target.id):
        if index.definition["column"] == definition["column"]:
            raise invalid_query(
                f"The index '{index.name}' is on {definition['column']} already: the database "
                "does not create a second one."
            )


def _find_index(session: Session, call: Call, name: str) -> Index | None:
    return session.scalar(
        select(Index).filter_by(database_id=call.database.id, keyspace=call.keyspace, name=name)
    )
