"""Projections of rows: which columns a reply shows (contract data-api.md, section 8)."""

from __future__ import annotations

from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject
from pulumi_astra_vectorize.server.data_api.tables.definition import Table

EVERYTHING = "*"


def projected_columns(table: Table, projection: JsonObject) -> list[str]:
    """The columns that a projection shows, in the order of replies; all of them for an empty one.

    Raises failures of scope PROJECTION.
    """
    included = {name: _included(name, choice) for name, choice in projection.items()}
    if len(set(included.values())) > 1:
        raise _unsupported("it either includes or excludes columns, not both")
    if not included or included.get(EVERYTHING):
        return list(table.columns)
    unknown = sorted(included.keys() - table.columns.keys())
    if unknown:
        raise Failure(
            "UNKNOWN_TABLE_COLUMNS",
            f"The table {table.full_name} has the columns {table.described()}. The projection "
            f"also names: {', '.join(unknown)}.",
            scope="PROJECTION",
        )
    return [name for name in table.columns if included.get(name, not any(included.values()))]


def _included(name: str, choice: object) -> bool:
    if choice not in (0, 1):
        raise _unsupported(f"'{name}' is included by 1 and excluded by 0")
    return bool(choice)


def _unsupported(problem: str) -> Failure:
    return Failure(
        "UNSUPPORTED_PROJECTION_PARAM",
        f"Unsupported projection parameter: {problem}.",
        scope="PROJECTION",
    )
