"""find and findOne on tables (contract data-api.md, section 8)."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.collections.find_commands import (
    FindOneOptions,
    FindOptions,
)
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.directions import check_direction
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, Reply, sort_failure
from pulumi_astra_vectorize.server.data_api.nearest import Filter, nearest_records
from pulumi_astra_vectorize.server.data_api.paging import check_skip
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filter_parsing import parse_filter
from pulumi_astra_vectorize.server.data_api.tables.filters import exact_keys
from pulumi_astra_vectorize.server.data_api.tables.indexes import indexed_columns, vector_metrics
from pulumi_astra_vectorize.server.data_api.tables.pages import Page, Query, read_page
from pulumi_astra_vectorize.server.data_api.tables.projections import projected_columns
from pulumi_astra_vectorize.server.data_api.tables.read_warnings import (
    read_warnings,
    why_in_memory,
)
from pulumi_astra_vectorize.server.data_api.tables.sorts import (
    TextSort,
    VectorSort,
    check_vector_sort,
    parse_sort,
)
from pulumi_astra_vectorize.server.data_api.tables.stored_rows import matching_rows, shown_rows
from pulumi_astra_vectorize.server.data_api.tables.where_clauses import check_selection
from pulumi_astra_vectorize.server.data_api.vector_numbers import shown
from pulumi_astra_vectorize.server.data_api.vectorize import embed
from pulumi_astra_vectorize.server.vector_rows import Narrowing

MAX_VECTOR_ROWS = 1000
"""Rows that a vector sort returns at most; all of them come in one page."""


class Clauses(Command):
    """What both commands read by."""

    fields_in_errors: ClassVar[dict[str, str]] = {"filter": "filterDefinition"}
    filter: JsonObject | None = None
    projection: JsonObject | None = None
    sort: JsonObject | None = None


class FindOne(Clauses):
    """``findOne``."""

    options: FindOneOptions | None = None


class Find(Clauses):
    """``find``."""

    options: FindOptions | None = None


@command("find", "data", Find, kind="table", reads=True)
def find(call: Call, request: Find) -> Reply:
    """A page of the rows that the filter matches."""
    options = request.options or FindOptions()
    check_skip(options.skip, request.sort)
    query, page, documents = _read(call, request, options)
    data: JsonObject = {"documents": documents, "nextPageState": page.next_state}
    return Reply(_status(query, page, options), data, warnings=query.warnings)


@command("findOne", "data", FindOne, kind="table", reads=True)
def find_one(call: Call, request: FindOne) -> Reply:
    """The first of the rows that the filter matches, or null."""
    asked = request.options or FindOneOptions()
    options = FindOptions(limit=1, **asked.model_dump(by_alias=True))
    query, page, documents = _read(call, request, options)
    data: JsonObject = {"document": documents[0] if documents else None}
    return Reply(_status(query, page, options), data, warnings=query.warnings)


def _read(
    call: Call, request: Clauses, options: FindOptions
) -> tuple[Query, Page, list[JsonObject]]:
    """A page and its rows as they are shown, all of one moment of the store."""
    query = _checked(call, request, options)
    with call.server.store.read() as session:
        page = _page(session, call, query, options)
        similarities = page.similarities if options.include_similarity else dict[int, float]()
        rows = shown_rows(session, query.table, query.columns, page.rows, similarities)
    return query, page, rows


def _page(session: Session, call: Call, query: Query, options: FindOptions) -> Page:
    if isinstance(query.sort, VectorSort):
        return _nearest(session, call, query, query.sort, options.limit or MAX_VECTOR_ROWS)
    return read_page(session, call.target.id, query, options)


def _checked(call: Call, request: Clauses, options: FindOptions) -> Query:
    table = Table.of(call.target)
    expression = parse_filter(table, request.filter or {})
    columns = projected_columns(table, request.projection or {})
    sort = parse_sort(table, request.sort or {})
    with call.server.store.read() as session:
        indexed = indexed_columns(session, call.target.id)
        metrics = vector_metrics(session, call.target.id)
    metric = ""
    if isinstance(sort, (VectorSort, TextSort)):
        _check_window(options)
        check_vector_sort(table, sort, metrics)
        metric = metrics[sort.column]
        if isinstance(sort, VectorSort):
            check_direction(sort.vector, metric)
    check_selection(table, expression)
    in_memory = why_in_memory(table, expression, sort, options.skip or 0)
    warnings = read_warnings(table, expression, sort, indexed, in_memory)
    resolved = _embedded(call, table, sort) if isinstance(sort, TextSort) else sort
    return Query(table, expression, columns, resolved, metric, in_memory is not None, warnings)


def _check_window(options: FindOptions) -> None:
    if options.limit and options.limit > MAX_VECTOR_ROWS:
        raise sort_failure(
            "CANNOT_VECTOR_SORT_WITH_LIMIT_EXCEEDS_MAX",
            f"A vector sort returns at most {MAX_VECTOR_ROWS} rows, not {options.limit}.",
        )
    if options.skip:
        raise sort_failure("CANNOT_VECTOR_SORT_WITH_SKIP_OPTION", "A vector sort cannot skip rows.")


def _nearest(session: Session, call: Call, query: Query, sort: VectorSort, limit: int) -> Page:
    """The rows nearest to a vector; a text answers without similarities and sort vector."""

    def nearest_of(allowed: Narrowing | None) -> list[tuple[int, float]]:
        return call.server.vectors.search(
            call.target.id, sort.column, sort.vector, query.metric, limit, allowed
        )

    found = nearest_records(session, nearest_of, _filter(session, call, query))
    rows = [row for row, _ in found]
    if sort.of_text:
        return Page(rows)
    similarities = {row.position: similarity for row, similarity in found}
    return Page(rows, similarities=similarities, sort_vector=sort.vector)


def _filter(session: Session, call: Call, query: Query) -> Filter | None:
    expression, table = query.expression, query.table
    if not expression.members:
        return None
    tests = expression.field_tests() if exact_keys(table, expression) is None else None

    def positions() -> list[int]:
        rows = matching_rows(session, call.target.id, table, expression)
        return [row.position for row in rows]

    return Filter(positions, tests)


def _embedded(call: Call, table: Table, sort: TextSort) -> VectorSort:
    """The sort by a text's vector; not to be run in a transaction."""
    column = table.columns[sort.column]
    (vector,) = embed(call, column["service"], column["dimension"], [sort.text], batch=None)
    return VectorSort(sort.column, vector, of_text=True)


def _status(query: Query, page: Page, options: FindOptions) -> JsonObject:
    status: JsonObject = {"projectionSchema": query.table.schema(query.columns)}
    if options.include_sort_vector and page.sort_vector is not None:
        status["sortVector"] = shown(page.sort_vector)
    if page.sorted_rows is not None:
        status["sortedRowCount"] = page.sorted_rows
    return status
