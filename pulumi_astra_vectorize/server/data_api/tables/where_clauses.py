"""What the database refuses of a filter that the Data API lets through.

The rules are those of the vendor's Cassandra (StatementRestrictions). The Data API answers such a
refusal with INVALID_DATABASE_QUERY (its DefaultDriverExceptionHandler).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pulumi_astra_vectorize.server.data_api.envelope import invalid_query
from pulumi_astra_vectorize.server.data_api.filters import Group
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filters import RowFilter

EXACT = ("$eq", "$in")
"""The operators of conditions that say which values a column has, not between which they are."""


def check_selection(table: Table, expression: RowFilter) -> None:
    """Refuses a read with a condition on the partition key under ``$or``."""
    for column in _under_or(expression):
        if column in table.partition_by:
            raise invalid_query(f"The condition on '{column}', of the partition key, is under $or.")


def check_deletion(table: Table, expression: RowFilter) -> None:
    """Refuses a deletion that is not of whole partitions, or of ranges inside of them.

    The columns must be known to be a beginning of the primary key.
    """
    nested = next(_under_or(expression), None)
    if nested is not None:
        raise invalid_query(f"The condition on '{nested}' is under $or.")
    ranges = {it.column for it in expression.conditions() if it.operator not in EXACT}
    for column in table.partition_by:
        if column in ranges:
            raise invalid_query(
                f"Only $eq and $in are supported on the partition key, not what '{column}' has."
            )
    _check_after_ranges(table, expression, ranges)


def _check_after_ranges(table: Table, expression: RowFilter, ranges: set[str]) -> None:
    """A range is the last condition: the columns after it are in no order."""
    restricted = {it.column for it in expression.conditions()}
    names = [name for name in table.partition_sort if name in restricted]
    for before, after in pairwise(names):
        if before in ranges:
            raise invalid_query(
                f"The condition on '{after}' comes after '{before}', which has a range."
            )


def _under_or(expression: RowFilter) -> Iterator[str]:
    """The columns of conditions that not every matching row fulfils."""
    if expression.relation == "or" and len(expression.members) > 1:
        yield from (it.column for it in expression.conditions())
        return
    for member in expression.members:
        if isinstance(member, Group):
            yield from _under_or(member)
