"""createIndex, createVectorIndex, createTextIndex, listIndexes, dropIndex (contract, section 7)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.rules import MAX_INDEX_NAME
from pulumi_astra_vectorize.server.data_api.collections.schema_commands import ExplainOptions
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    OK,
    Failure,
    JsonObject,
    Reply,
    invalid_query,
    schema_failure,
)
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.index_definitions import (
    RegularDefinition,
    VectorDefinition,
    regular_definition,
    vector_definition,
)
from pulumi_astra_vectorize.server.data_api.tables.indexes import indexes_of
from pulumi_astra_vectorize.server.data_api.tables.table_commands import (
    IfExists,
    IfNotExists,
    checked_name,
)
from pulumi_astra_vectorize.server.store.schema import Index


class NewIndex(Command):
    """What all commands have that create an index."""

    name: str
    options: IfNotExists | None = None


class CreateIndex(NewIndex):
    """``createIndex``."""

    definition: RegularDefinition


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
    definition = regular_definition(Table.of(call.target), request.definition)
    return _create(call, name, "regular", definition, request.options)


@command("createVectorIndex", "data", CreateVectorIndex, kind="table")
def create_vector_index(call: Call, request: CreateVectorIndex) -> Reply:
    """Creates a vector index, without which no vector sort is possible."""
    name = checked_name("index", request.name, MAX_INDEX_NAME)
    definition = vector_definition(Table.of(call.target), request.definition)
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


@command("listIndexes", "data", ListIndexes, kind="table", reads=True)
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
    with call.write() as session:
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


def _create(
    call: Call, name: str, kind: str, definition: JsonObject, options: IfNotExists | None
) -> Reply:
    with call.write() as session:
        if _find_index(session, call, name) is not None:
            if options and options.if_not_exists:
                return OK
            raise schema_failure(
                "CANNOT_ADD_EXISTING_INDEX",
                f"The keyspace '{call.keyspace}' already has an index '{name}'.",
                ok0=True,
            )
        _refuse_partition_column(Table.of(call.target), definition)
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


def _refuse_partition_column(table: Table, definition: JsonObject) -> None:
    if list(table.partition_by) == [definition["column"]]:
        raise invalid_query(
            f"Cannot create an index on the only partition key column {definition['column']}.",
            ok0=True,
        )


def _refuse_second(session: Session, call: Call, definition: JsonObject) -> None:
    for index in indexes_of(session, call.target.id):
        if index.definition["column"] == definition["column"]:
            raise invalid_query(
                f"The index '{index.name}' is on {definition['column']} already: the database "
                "does not create a second one.",
                ok0=True,
            )


def _find_index(session: Session, call: Call, name: str) -> Index | None:
    return session.scalar(
        select(Index).filter_by(database_id=call.database.id, keyspace=call.keyspace, name=name)
    )
