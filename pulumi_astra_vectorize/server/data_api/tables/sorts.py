"""Sort clauses of tables: by columns, by a vector, by a text to embed (contract, section 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    sort_failure,
    unexpected_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.records import Stored
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.scalars import InvalidValueError, scalar_order
from pulumi_astra_vectorize.server.data_api.tables.values import canonical, vector_numbers
from pulumi_astra_vectorize.server.exact_json import dumps


@dataclass(frozen=True)
class ColumnSort:
    """By columns, the first one first: 1 ascends, -1 descends."""

    directions: dict[str, int]


@dataclass(frozen=True)
class VectorSort:
    """By similarity to a vector, which may have been made ``of_text``."""

    column: str
    vector: list[float]
    of_text: bool = False


@dataclass(frozen=True)
class TextSort:
    """By similarity to the vector that the column's service makes of a text."""

    column: str
    text: str


Sort = ColumnSort | VectorSort | TextSort | None


def parse_sort(table: Table, clause: JsonObject) -> Sort:
    """The sort that a clause means; None for an empty one. Raises failures of scope SORT."""
    unknown = [name for name in clause if name not in table.columns]
    if unknown:
        raise _refusal("CANNOT_SORT_UNKNOWN_COLUMNS", table, unknown)
    special = [name for name, value in clause.items() if _is_special(value)]
    if special and len(clause) > 1:
        raise _refusal("CANNOT_SORT_ON_SPECIAL_WITH_OTHERS", table, list(clause))
    if special:
        ((name, value),) = clause.items()
        return _parse_special(table, name, value)
    return ColumnSort(_directions(table, clause)) if clause else None


def _is_special(value: object) -> bool:
    return isinstance(value, str) or is_array(value) or is_object(value)


def _parse_special(table: Table, name: str, value: object) -> VectorSort | TextSort:
    is_vector = table.columns[name]["type"] == "vector"
    if isinstance(value, str):
        if not value:
            raise unexpected_failure(f"The text to sort '{name}' by is empty.")
        if not is_vector:
            raise _refusal("CANNOT_LEXICAL_SORT_NON_INDEXED_COLUMNS", table, [name])
        return TextSort(name, value)
    if not is_vector:
        raise _refusal("CANNOT_VECTOR_SORT_NON_VECTOR_COLUMNS", table, [name])
    try:
        return VectorSort(name, vector_numbers(value))
    except InvalidValueError as problem:
        raise sort_failure("SORT_CLAUSE_VALUE_INVALID", f"'{name}': {problem}.") from None


def check_vector_sort(table: Table, sort: VectorSort | TextSort, indexed: Iterable[str]) -> None:
    """Refuses a sort that the column's index, service or dimension does not allow."""
    name = sort.column
    if name not in indexed:
        raise _refusal("CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS", table, [name])
    if isinstance(sort, TextSort) and not table.has_service(name):
        raise _refusal("CANNOT_VECTORIZE_SORT_WHEN_MISSING_VECTORIZE_DEFINITION", table, [name])
    if isinstance(sort, VectorSort) and len(sort.vector) != table.columns[name]["dimension"]:
        raise _refusal("CANNOT_VECTOR_SORT_ON_MISMATCHED_VECTOR_DIMENSIONS", table, [name])


def _directions(table: Table, clause: JsonObject) -> dict[str, int]:
    for name, direction in clause.items():
        if isinstance(direction, bool) or direction not in (1, -1):
            raise sort_failure(
                "SORT_CLAUSE_VALUE_INVALID",
                f"'{name}' is sorted by 1 or -1, not {dumps(direction)}.",
            )
        if table.columns[name]["type"] == "vector":
            raise sort_failure(
                "SORT_CLAUSE_VALUE_INVALID", f"'{name}' is sorted by a vector, not {direction}."
            )
    return clause


def _refusal(code: str, table: Table, names: list[str]) -> Failure:
    return sort_failure(
        code,
        f"The table {table.full_name} has the columns {table.described()}. The command cannot "
        f"sort by: {', '.join(names)}.",
    )


def sorted_by_columns(table: Table, rows: list[Stored], directions: dict[str, int]) -> list[Stored]:
    """The rows in the order of a column sort; null columns come first in ascending order."""
    for name, direction in reversed(directions.items()):
        rows = sorted(rows, key=lambda row: _order(table, row, name), reverse=direction < 0)
    return rows


def _order(table: Table, row: Stored, name: str) -> tuple[bool, object]:
    value, kind = row.body.get(name), table.columns[name]["type"]
    if value is None:
        return (False, None)
    if kind in {"list", "set", "map"}:
        return (True, canonical(value))
    return (True, scalar_order(kind, value))


def in_storage_order(table: Table, rows: list[Stored]) -> list[Stored]:
    """Rows as a find without a sort returns them: partitions as inserted, sorted inside.

    ``rows`` are in the order of their insertion. Only ``partitionSort`` is guaranteed.
    """
    first_of: dict[str, int] = {}
    for row in rows:
        first_of.setdefault(_partition(table, row), row.position)
    ordered = sorted_by_columns(table, rows, table.partition_sort)
    return sorted(ordered, key=lambda row: first_of[_partition(table, row)])


def _partition(table: Table, row: Stored) -> str:
    return canonical([row.body.get(name) for name in table.partition_by])
