"""alterTable: add and drop columns, add and drop their vectorize (contract, section 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    OK,
    Failure,
    JsonObject,
    Reply,
    schema_failure,
    unexpected_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.parsing import structure_mismatch
from pulumi_astra_vectorize.server.data_api.records import rewrite_bodies, scan
from pulumi_astra_vectorize.server.data_api.tables.columns import (
    parse_columns,
    parse_service,
    refuse_in_existing_table,
)
from pulumi_astra_vectorize.server.data_api.tables.definition import Table, cql_type
from pulumi_astra_vectorize.server.data_api.tables.indexes import indexed_columns
from pulumi_astra_vectorize.server.data_api.vectorize import validated_service
from pulumi_astra_vectorize.server.store.schema import Entity, Vector

Change = Callable[[Session, Table], Table]
"""The altered table, worked out in the transaction: what needs none has been checked before."""


class AlterTable(Command):
    """``alterTable``; the one operation is checked by itself."""

    operation: JsonObject


@command("alterTable", "data", AlterTable, kind="table")
def alter_table(call: Call, request: AlterTable) -> Reply:
    """Runs the one operation that the command holds."""
    name, columns = _operation(request.operation)
    change = OPERATIONS[name](call, columns)
    with call.write() as session:
        entity = session.get_one(Entity, call.target.id)
        before = Table.of(entity)
        after = change(session, before)
        entity.definition = after.stored()
    if before.columns.keys() - after.columns.keys():
        call.server.vectors.forget(entity.id)  # a dropped column may be held as one of the fields
    return OK


def _operation(operation: JsonObject) -> tuple[str, object]:
    if len(operation) != 1:
        raise structure_mismatch("'operation' must hold exactly one operation")
    ((name, arguments),) = operation.items()
    if name not in OPERATIONS:
        raise Failure(
            "COMMAND_UNKNOWN",
            f"'{name}' is no operation of alterTable: use one of {', '.join(OPERATIONS)}.",
        )
    if not is_object(arguments):
        raise structure_mismatch(f"'{name}' must be a JSON object")
    unknown = arguments.keys() - {"columns"}
    if unknown:
        raise Failure("COMMAND_FIELD_UNKNOWN", f"'{name}' has no member {', '.join(unknown)}.")
    if not arguments.get("columns"):
        raise schema_failure("MISSING_ALTER_TABLE_OPERATIONS", f"'{name}' changes no column.")
    return name, arguments["columns"]


def _add(call: Call, raw: object) -> Change:
    columns = _columns_object(raw)
    table = Table.of(call.target)
    _refuse("CANNOT_ADD_EXISTING_COLUMNS", "exist already", table, _known(table, columns))
    parsed = parse_columns(call, columns, refuse_in_existing_table)

    def change(_session: Session, table: Table) -> Table:
        _refuse_other_type(table, parsed)
        return replace(table, columns={**table.columns, **parsed})

    return change


def _refuse_other_type(table: Table, added: dict[str, JsonObject]) -> None:
    other = [
        name
        for name, column in added.items()
        if table.dropped.get(name, cql_type(column)) != cql_type(column)
    ]
    _refuse("CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN", "had another type once", table, other, ok0=True)


def _drop(call: Call, raw: object) -> Change:
    names = _column_names(raw)

    def change(session: Session, table: Table) -> Table:
        _refuse("CANNOT_DROP_UNKNOWN_COLUMNS", "do not exist", table, _unknown(table, names))
        key = [name for name in names if name in table.primary_key]
        _refuse("CANNOT_DROP_PRIMARY_KEY_COLUMNS", "are in the primary key", table, key)
        indexed = indexed_columns(session, call.target.id) & set(names)
        _refuse("CANNOT_DROP_INDEXED_COLUMNS", "are indexed", table, sorted(indexed))
        _drop_values(session, call.target.id, names)
        dropped = {name: cql_type(table.columns[name]) for name in names}
        kept = {name: column for name, column in table.columns.items() if name not in dropped}
        return replace(table, columns=kept, dropped={**table.dropped, **dropped})

    return change


def _drop_values(session: Session, entity_id: int, names: list[str]) -> None:
    session.execute(delete(Vector).where(Vector.entity_id == entity_id, Vector.column.in_(names)))
    changed = {
        row.position: {name: value for name, value in row.body.items() if name not in names}
        for row in scan(session, entity_id)
        if row.body.keys() & set(names)
    }
    rewrite_bodies(session, changed)


def _add_vectorize(call: Call, raw: object) -> Change:
    services = _columns_object(raw)
    table = Table.of(call.target)
    _refuse("CANNOT_VECTORIZE_UNKNOWN_COLUMNS", "do not exist", table, _unknown(table, services))
    _refuse("CANNOT_VECTORIZE_NON_VECTOR_COLUMNS", "are no vectors", table, _plain(table, services))
    validated = {
        name: _validated(call, service, table.columns[name]["dimension"])
        for name, service in services.items()
    }

    def change(_session: Session, table: Table) -> Table:
        changed = {
            name: {**table.columns[name], "service": service} for name, service in validated.items()
        }
        return replace(table, columns={**table.columns, **changed})

    return change


def _validated(call: Call, service: object, dimension: int) -> JsonObject:
    if service is None:
        raise unexpected_failure("A column to vectorize has no service.")
    stored, _ = validated_service(call, parse_service(service), dimension)
    return stored


def _drop_vectorize(_call: Call, raw: object) -> Change:
    names = _column_names(raw)

    def change(_session: Session, table: Table) -> Table:
        code = "CANNOT_DROP_VECTORIZE_FROM_UNKNOWN_COLUMNS"
        _refuse(code, "do not exist", table, _unknown(table, names))
        code = "CANNOT_DROP_VECTORIZE_FROM_NON_VECTOR_COLUMNS"
        _refuse(code, "are no vectors", table, _plain(table, names))
        without = {
            name: {key: value for key, value in table.columns[name].items() if key != "service"}
            for name in names
        }
        return replace(table, columns={**table.columns, **without})

    return change


OPERATIONS: dict[str, Callable[[Call, object], Change]] = {
    "add": _add,
    "drop": _drop,
    "addVectorize": _add_vectorize,
    "dropVectorize": _drop_vectorize,
}


def _columns_object(raw: object) -> JsonObject:
    if not is_object(raw):
        raise structure_mismatch("'columns' must be a JSON object")
    return raw


def _column_names(raw: object) -> list[str]:
    if not is_array(raw) or not all(isinstance(name, str) for name in raw):
        raise structure_mismatch("'columns' must be a list of names")
    return [str(name) for name in raw]


def _known(table: Table, names: Iterable[str]) -> list[str]:
    return [name for name in names if name in table.columns]


def _unknown(table: Table, names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in table.columns]


def _plain(table: Table, names: Iterable[str]) -> list[str]:
    return [name for name in names if table.columns[name]["type"] != "vector"]


def _refuse(code: str, problem: str, table: Table, names: list[str], *, ok0: bool = False) -> None:
    if names:
        raise schema_failure(
            code,
            f"The table {table.full_name} has the columns {table.described()}. "
            f"These {problem}: {', '.join(names)}.",
            ok0=ok0,
        )
