"""Warnings of find and findOne (contract data-api.md, section 8)."""

from __future__ import annotations

from collections.abc import Iterator, Set

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, warning
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filters import Condition, RowFilter
from pulumi_astra_vectorize.server.data_api.tables.sorts import (
    ColumnSort,
    Sort,
    TextSort,
    VectorSort,
)


def read_warnings(
    table: Table, expression: RowFilter, sort: Sort, indexed: Set[str], in_memory: str | None
) -> list[JsonObject]:
    """What a client should know of the cost of its read.

    ``in_memory`` is why rows are sorted there, if they are. A vector sort needs no filter, so it
    is not warned of.
    """
    warnings = [*_filter_warnings(table, expression, indexed)]
    if in_memory is not None:
        sorted_there = f"The rows of {table.full_name} are sorted in memory."
        return [*warnings, warning(in_memory, sorted_there)]
    if isinstance(sort, (VectorSort, TextSort)):
        return [it for it in warnings if it["errorCode"] != "ZERO_FILTER_OPERATIONS"]
    return warnings


def _filter_warnings(
    table: Table, expression: RowFilter, indexed: Set[str]
) -> Iterator[JsonObject]:
    columns = {condition.column for condition in expression.conditions()}
    if not columns:
        yield _warning("ZERO_FILTER_OPERATIONS", table, "no condition: every row is read")
    elif columns <= set(table.primary_key):
        missing = _missing_key_columns(table, columns)
        if missing:
            yield _warning("INCOMPLETE_PRIMARY_KEY_FILTER", table, f"nothing on {missing}")
    else:
        primitive = {it.column for it in expression.conditions() if isinstance(it, Condition)}
        unindexed = sorted(primitive - indexed)
        if unindexed:
            yield _warning("MISSING_INDEX", table, f"no index on {', '.join(unindexed)}")


def _missing_key_columns(table: Table, columns: set[str]) -> str:
    """Partition columns without a condition, and sort columns that a later one skips over."""
    missing = [name for name in table.partition_by if name not in columns]
    sorting = list(table.partition_sort)
    last = max((at for at, name in enumerate(sorting) if name in columns), default=-1)
    skipped = [name for name in sorting[: last + 1] if name not in columns]
    return ", ".join(missing + skipped)


def _warning(code: str, table: Table, problem: str) -> JsonObject:
    return warning(
        code,
        f"The primary key of {table.full_name} is {', '.join(table.primary_key)}. The filter has "
        f"{problem}, which is slow on large tables.",
    )


def why_in_memory(table: Table, expression: RowFilter, sort: Sort, skip: int) -> str | None:
    """The code of what makes a sort by columns one in memory; None for any other.

    Only a partition's rows are on disk in their sorting order, and nothing there can be skipped.
    """
    if not isinstance(sort, ColumnSort):
        return None
    names = list(sort.directions)
    if skip:
        return "IN_MEMORY_SORTING_DUE_SKIP_OPTIONS"
    if any(name not in table.partition_sort for name in names):
        return "IN_MEMORY_SORTING_DUE_TO_NON_PARTITION_SORTING"
    if names != list(table.partition_sort)[: len(names)]:
        return "IN_MEMORY_SORTING_DUE_TO_OUT_OF_ORDER_PARTITION_SORTING"
    fixed = {it.column for it in expression.required() if it.operator == "$eq"}
    if not fixed.issuperset(table.partition_by):
        return "IN_MEMORY_SORTING_DUE_TO_PARTITION_KEY_NOT_RESTRICTED"
    return None
