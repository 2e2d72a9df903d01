"""The pages of a read that is not sorted by a vector: as stored, or sorted in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.collections.find_commands import FindOptions
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, sort_failure
from pulumi_astra_vectorize.server.data_api.paging import (
    cut_page,
    few_enough_to_sort,
    sorted_page_size,
)
from pulumi_astra_vectorize.server.data_api.records import PageState, Stored
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filters import RowFilter
from pulumi_astra_vectorize.server.data_api.tables.sorts import (
    ColumnSort,
    VectorSort,
    in_storage_order,
    sorted_by_columns,
)
from pulumi_astra_vectorize.server.data_api.tables.stored_rows import matching_rows


@dataclass(frozen=True)
class Query:
    """A checked read: which rows, which columns, in which order.

    ``metric`` is that of the index that a vector sort uses; ``in_memory`` says that rows must be
    sorted which the database does not keep in this order.
    """

    table: Table
    expression: RowFilter
    columns: list[str]
    sort: ColumnSort | VectorSort | None
    metric: str
    in_memory: bool
    warnings: list[JsonObject]


@dataclass(frozen=True)
class Page:
    """The rows of one reply; ``sort_vector`` and similarities only after a sort by vector.

    ``sorted_rows`` is how many rows were sorted in memory, if they were.
    """

    rows: list[Stored]
    next_state: str | None = None
    similarities: Mapping[int, float] = field(default_factory=dict[int, float])
    sort_vector: list[float] | None = None
    sorted_rows: int | None = None


def read_page(session: Session, entity_id: int, query: Query, options: FindOptions) -> Page:
    """The page that ``options`` ask for, of a query without a vector sort."""
    if isinstance(query.sort, ColumnSort) and query.in_memory:
        return _sorted_in_memory(session, entity_id, query, query.sort, options)
    if query.sort is None and not query.table.partition_sort:
        return _as_inserted(session, entity_id, query, options)
    return _in_order(session, entity_id, query, options)


def _as_inserted(session: Session, entity_id: int, query: Query, options: FindOptions) -> Page:
    """A page that goes on after the last position: rows deleted meanwhile shift nothing."""
    state = PageState.decode(options.page_state)
    found = matching_rows(session, entity_id, query.table, query.expression, state.after)
    return Page(*cut_page(found, state, options.limit, lambda page: page[-1].position))


def _in_order(session: Session, entity_id: int, query: Query, options: FindOptions) -> Page:
    """A page in the order that partitions have on disk; it goes on after so many rows."""
    state = PageState.decode(options.page_state)
    found = matching_rows(session, entity_id, query.table, query.expression)
    rows = in_storage_order(query.table, list(found))
    if isinstance(query.sort, ColumnSort):
        rows = sorted_by_columns(query.table, rows, query.sort.directions)
    return Page(
        *cut_page(rows[state.after :], state, options.limit, lambda page: state.after + len(page))
    )


def _sorted_in_memory(
    session: Session, entity_id: int, query: Query, sort: ColumnSort, options: FindOptions
) -> Page:
    if options.page_state:
        raise sort_failure(
            "UNSUPPORTED_PAGINATION_WITH_IN_MEMORY_SORTING",
            f"The rows of {query.table.full_name} are sorted by {', '.join(sort.directions)} in "
            "memory: there is no further page.",
        )
    found = matching_rows(session, entity_id, query.table, query.expression)
    rows = in_storage_order(query.table, few_enough_to_sort(found))
    ordered = sorted_by_columns(query.table, rows, sort.directions)
    start = options.skip or 0
    shown = ordered[start : start + sorted_page_size(options.limit)]
    return Page(shown, sorted_rows=len(rows))
