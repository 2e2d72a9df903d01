"""updateOne, deleteOne and deleteMany on tables (contract data-api.md, section 8)."""

from __future__ import annotations

from typing import ClassVar

from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    JsonObject,
    Reply,
    filter_failure,
    sort_failure,
)
from pulumi_astra_vectorize.server.data_api.records import delete_all_records, delete_records
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filter_parsing import parse_filter
from pulumi_astra_vectorize.server.data_api.tables.filters import RowFilter
from pulumi_astra_vectorize.server.data_api.tables.row_vectors import check_directions
from pulumi_astra_vectorize.server.data_api.tables.rows import (
    RowChange,
    embed_texts,
    upsert,
)
from pulumi_astra_vectorize.server.data_api.tables.stored_rows import matching_rows
from pulumi_astra_vectorize.server.data_api.tables.updates import parse_update
from pulumi_astra_vectorize.server.data_api.tables.where_clauses import check_deletion

FILTER_IN_ERRORS = {"filter": "filterDefinition"}
UNKNOWN_COUNT = {"deletedCount": -1}
"""The database does not say how many rows it deleted."""


class UpdateOneOptions(Command):
    """``options`` of updateOne."""

    upsert: bool = False
    """Without effect: an update of a table inserts the row that is not there."""


class UpdateOne(Command):
    """``updateOne``."""

    fields_in_errors: ClassVar[dict[str, str]] = FILTER_IN_ERRORS
    filter: JsonObject
    update: JsonObject
    sort: JsonObject | None = None
    options: UpdateOneOptions | None = None


class DeleteOne(Command):
    """``deleteOne``."""

    fields_in_errors: ClassVar[dict[str, str]] = FILTER_IN_ERRORS
    filter: JsonObject
    sort: JsonObject | None = None


class DeleteMany(Command):
    """``deleteMany``; without a filter it empties the table."""

    fields_in_errors: ClassVar[dict[str, str]] = FILTER_IN_ERRORS
    filter: JsonObject | None = None


@command("updateOne", "data", UpdateOne, kind="table")
def update_one(call: Call, request: UpdateOne) -> Reply:
    """Changes columns of the row with the key that the filter gives.

    One that does not exist comes into being if it gets a value: nulls alone make no row.
    """
    _refuse_sort(request.sort, "UPDATE")
    table = Table.of(call.target)
    row = _row_of(table, parse_filter(table, request.filter))
    change = parse_update(table, request.update)
    embed_texts(call, table, [change])
    check_directions(call, change)
    row.merge(change)
    upsert(call, table, [row], inserts=change.holds_a_value())
    return Reply(status={"matchedCount": 1, "modifiedCount": 1})


@command("deleteOne", "data", DeleteOne, kind="table")
def delete_one(call: Call, request: DeleteOne) -> Reply:
    """Deletes the row with the key that the filter gives, if there is one."""
    _refuse_sort(request.sort, "DELETE")
    table = Table.of(call.target)
    expression = parse_filter(table, request.filter)
    _row_of(table, expression)
    _delete_matching(call, table, expression)
    return Reply(status=UNKNOWN_COUNT)


@command("deleteMany", "data", DeleteMany, kind="table")
def delete_many(call: Call, request: DeleteMany) -> Reply:
    """Deletes rows of the partitions that the filter gives, or all rows without a filter."""
    table = Table.of(call.target)
    if request.filter:
        expression = parse_filter(table, request.filter)
        _refuse_other_columns(table, expression)
        _check_key_prefix(table, expression)
        check_deletion(table, expression)
        _delete_matching(call, table, expression)
        return Reply(status=UNKNOWN_COUNT)
    with call.write() as session:
        delete_all_records(session, call.target.id)
    call.server.vectors.forget(call.target.id)
    return Reply(status=UNKNOWN_COUNT)


def _refuse_sort(sort: JsonObject | None, kind: str) -> None:
    if sort:
        raise sort_failure(
            f"UNSUPPORTED_SORT_FOR_TABLE_{kind}_COMMAND",
            "Tables find the row to change by its primary key alone, without a sort.",
        )


def _delete_matching(call: Call, table: Table, expression: RowFilter) -> None:
    with call.write() as session:
        rows = matching_rows(session, call.target.id, table, expression)
        positions = [row.position for row in rows]
        delete_records(session, positions)
    call.server.vectors.remove(call.target.id, positions)


def _row_of(table: Table, expression: RowFilter) -> RowChange:
    """The primary key that a filter gives in full, by equality alone; failures of scope FILTER."""
    if not any(expression.conditions()):
        raise filter_failure(
            "MISSING_FILTER_FOR_UPDATE_DELETE",
            f"The filter must give the primary key {', '.join(table.primary_key)}.",
        )
    _refuse_other_columns(table, expression)
    columns = {condition.column for condition in expression.conditions()}
    missing = [name for name in table.primary_key if name not in columns]
    if missing:
        raise filter_failure(
            "MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE",
            f"The filter does not give all of the primary key: {', '.join(missing)} is missing.",
        )
    equal = {it.column: it.operand for it in expression.required() if it.operator == "$eq"}
    other = {it.column for it in expression.conditions() if it.operator != "$eq"}
    other |= columns - equal.keys()
    if other:
        raise filter_failure(
            "UNSUPPORTED_FILTER_FOR_UPDATE_ONE_DELETE_ONE",
            f"One row is found by equality alone; {', '.join(sorted(other))} is not.",
        )
    return RowChange(values=equal)


def _refuse_other_columns(table: Table, expression: RowFilter) -> None:
    other = {it.column for it in expression.conditions()} - set(table.primary_key)
    if other:
        raise filter_failure(
            "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE",
            f"The primary key of {table.full_name} is {', '.join(table.primary_key)}. The filter "
            f"also has: {', '.join(sorted(other))}.",
        )


def _check_key_prefix(table: Table, expression: RowFilter) -> None:
    """All partition columns, then sort columns without a gap."""
    columns = {condition.column for condition in expression.conditions()}
    needed = table.primary_key[: max(len(table.partition_by), len(columns))]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise filter_failure(
            "INVALID_PRIMARY_KEY_FILTER",
            f"The filter must give the primary key {', '.join(table.primary_key)} from its first "
            f"column on: {', '.join(missing)} is missing.",
        )
