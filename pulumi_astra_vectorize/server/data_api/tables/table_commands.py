"""createTable, listTables and dropTable (contract data-api.md, section 7)."""

from __future__ import annotations

from typing import Any

from pulumi_astra_vectorize.rules import MAX_ENTITY_NAME, entity_name_problem
from pulumi_astra_vectorize.server.data_api.collections.schema_commands import ExplainOptions
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.entities import (
    add_entity,
    drop_entity,
    entities_of_kind,
    find_entity,
)
from pulumi_astra_vectorize.server.data_api.envelope import (
    OK,
    Reply,
    schema_failure,
    unexpected_failure,
)
from pulumi_astra_vectorize.server.data_api.tables.columns import (
    parse_columns,
    refuse_in_new_table,
)
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.primary_keys import parse_primary_key


class TableDefinition(Command):
    """Without columns or primary key the real server falls over: both may be absent here."""

    columns: dict[str, Any] | None = None
    primary_key: Any = None


class IfNotExists(Command):
    """``options`` of the commands that create."""

    if_not_exists: bool = False


class IfExists(Command):
    """``options`` of the commands that drop."""

    if_exists: bool = False


class CreateTable(Command):
    """``createTable``."""

    name: str | None = None
    definition: TableDefinition
    options: IfNotExists | None = None


class ListTables(Command):
    """``listTables``."""

    options: ExplainOptions | None = None


class DropTable(Command):
    """``dropTable``."""

    name: str
    options: IfExists | None = None


@command("createTable", "keyspace", CreateTable)
def create_table(call: Call, request: CreateTable) -> Reply:
    """Creates a table; with ``ifNotExists`` any collection or table of that name will do."""
    name = checked_name("table", request.name, MAX_ENTITY_NAME)
    table = _new_table(call, name, request.definition)
    with call.write() as session:
        if find_entity(session, call, name) is None:
            add_entity(session, call, name, "table", table.stored())
        elif not (request.options or IfNotExists()).if_not_exists:
            raise schema_failure(
                "CANNOT_ADD_EXISTING_TABLE",
                f"The keyspace '{call.keyspace}' already has '{name}'.",
                ok0=True,
            )
    return OK


@command("listTables", "keyspace", ListTables, reads=True)
def list_tables(call: Call, request: ListTables) -> Reply:
    """The names of the keyspace's tables, or with ``explain`` their definitions."""
    with call.server.store.read() as session:
        tables = [Table.of(entity) for entity in entities_of_kind(session, call, "table")]
    if not (request.options or ExplainOptions()).explain:
        return Reply(status={"tables": [table.name for table in tables]})
    explained = [{"name": table.name, "definition": table.explain()} for table in tables]
    return Reply(status={"tables": explained})


@command("dropTable", "keyspace", DropTable)
def drop_table(call: Call, request: DropTable) -> Reply:
    """Drops a table with its rows and indexes; a collection of that name just as well."""
    dropped = drop_entity(call, request.name)
    if not dropped and not (request.options or IfExists()).if_exists:
        raise schema_failure(
            "CANNOT_DROP_UNKNOWN_TABLE",
            f"The keyspace '{call.keyspace}' has no table '{request.name}'.",
            ok0=True,
        )
    return OK


def _new_table(call: Call, name: str, definition: TableDefinition) -> Table:
    if definition.columns is None or definition.primary_key is None:
        raise unexpected_failure("A table's definition needs 'columns' and 'primaryKey'.")
    columns = parse_columns(call, definition.columns, refuse_in_new_table)
    partition_by, partition_sort = parse_primary_key(definition.primary_key, columns)
    return Table(call.keyspace, name, columns, partition_by, partition_sort)


def checked_name(kind: str, name: str | None, limit: int) -> str:
    """The name of a new table or index, or UNSUPPORTED_SCHEMA_NAME (contract, section 2)."""
    problem = entity_name_problem(kind, name or "", limit)
    if name is None or problem is not None:
        raise schema_failure("UNSUPPORTED_SCHEMA_NAME", f"The name is not supported: {problem}.")
    return name
