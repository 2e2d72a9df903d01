"""insertOne and insertMany into tables (contract data-api.md, section 8)."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_astra_vectorize.server.data_api.collections.insert_commands import (
    InsertMany,
    InsertManyOptions,
    InsertOne,
)
from pulumi_astra_vectorize.server.data_api.commands import Call, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    Reply,
    document_failure,
)
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.row_vectors import check_directions
from pulumi_astra_vectorize.server.data_api.tables.rows import (
    RowChange,
    assign_all,
    embed_texts,
    upsert,
)
from pulumi_astra_vectorize.server.data_api.tables.scalars import JsonValue
from pulumi_astra_vectorize.server.data_api.vector_numbers import shown


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row of an insertMany: a failure, or its change and whether it is done."""

    parsed: RowChange | Failure
    skipped: bool = False

    @property
    def written(self) -> RowChange | None:
        """The row, if it is written."""
        return None if self.skipped or isinstance(self.parsed, Failure) else self.parsed


@command("insertOne", "data", InsertOne, kind="table")
def insert_one(call: Call, request: InsertOne) -> Reply:
    """Upserts one row; a refusal comes without a status."""
    table = Table.of(call.target)
    row = _parse_row(table, request.document)
    check_directions(call, row)
    embed_texts(call, table, [row])
    upsert(call, table, [row])
    return Reply(status=_status(table, [row]))


@command("insertMany", "data", InsertMany, kind="table")
def insert_many(call: Call, request: InsertMany) -> Reply:
    """Upserts rows: valid ones are written though others are refused.

    But where any row holds a text to embed, one bad row refuses the whole command.
    """
    table, options = Table.of(call.target), request.options or InsertManyOptions()
    parsed = [_attempt(table, document) for document in request.documents]
    failures = [row for row in parsed if isinstance(row, Failure)]
    if failures and any(_holds_text(table, document) for document in request.documents):
        return Reply(errors=failures)
    accepted = [_accepted(call, row) for row in parsed]
    outcomes = _outcomes(accepted, ordered=options.ordered)
    rows = [outcome.written for outcome in outcomes if outcome.written]
    embed_texts(call, table, rows)
    upsert(call, table, rows)
    errors = [it.parsed for it in outcomes if isinstance(it.parsed, Failure) and not it.skipped]
    if not options.return_document_responses:
        return Reply(status=_status(table, rows), errors=errors)
    responses = [_response(table, outcome, errors) for outcome in outcomes]
    status = {"primaryKeySchema": table.schema(table.primary_key), "documentResponses": responses}
    return Reply(status=status, errors=errors)


def _attempt(table: Table, document: JsonObject) -> RowChange | Failure:
    try:
        return _parse_row(table, document)
    except Failure as failure:
        return failure


def _accepted(call: Call, row: RowChange | Failure) -> RowChange | Failure:
    """The row, or why the database refuses it; what cannot be parsed has its failure already."""
    if isinstance(row, Failure):
        return row
    try:
        check_directions(call, row)
    except Failure as failure:
        return failure
    return row


def _parse_row(table: Table, document: JsonObject) -> RowChange:
    unknown = sorted(document.keys() - table.columns.keys())
    if unknown:
        raise document_failure(
            "UNKNOWN_TABLE_COLUMNS",
            f"The table {table.full_name} has the columns {table.described()}. The row also has: "
            f"{', '.join(unknown)}.",
        )
    missing = [name for name in table.primary_key if document.get(name) is None]
    if missing:
        raise document_failure(
            "MISSING_PRIMARY_KEY_COLUMNS",
            f"The primary key of {table.full_name} is {', '.join(table.primary_key)}. The row "
            f"has no value for: {', '.join(missing)}.",
        )
    row = RowChange()
    assign_all(table, row, document, scope="DOCUMENT", invalid_values="INVALID_COLUMN_VALUES")
    return row


def _holds_text(table: Table, document: JsonObject) -> bool:
    return any(
        isinstance(text := document.get(name), str) and bool(text.strip())
        for name in table.vector_columns
        if table.has_service(name)
    )


def _outcomes(parsed: list[RowChange | Failure], *, ordered: bool) -> list[Outcome]:
    """An ordered insertion stops at its first refused row."""
    first_failure = next(
        (at for at, row in enumerate(parsed) if isinstance(row, Failure)), len(parsed)
    )
    return [Outcome(row, ordered and at > first_failure) for at, row in enumerate(parsed)]


def _status(table: Table, rows: list[RowChange]) -> JsonObject:
    return {
        "primaryKeySchema": table.schema(table.primary_key),
        "insertedIds": [_shown_key(table, row) for row in rows],
    }


def _response(table: Table, outcome: Outcome, errors: list[Failure]) -> JsonObject:
    """The entry of one row in ``documentResponses``; a row that was not read has no id."""
    readable = outcome.parsed if isinstance(outcome.parsed, RowChange) else None
    key = _shown_key(table, readable) if readable else []
    if outcome.skipped:
        return {"_id": key, "status": "SKIPPED"}
    if isinstance(outcome.parsed, Failure):
        return {"_id": key, "status": "ERROR", "errorsIdx": errors.index(outcome.parsed)}
    return {"_id": key, "status": "OK"}


def _shown_key(table: Table, row: RowChange) -> list[JsonValue]:
    """The row's primary key; a vector may be part of it."""
    return [
        shown(value) if name in table.vector_columns else value
        for name, value in zip(table.primary_key, row.key_values(table), strict=True)
    ]
