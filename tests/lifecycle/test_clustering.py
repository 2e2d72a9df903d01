"""The order of a primary key's sort columns: the engine keeps no order of a mapping's keys."""

from __future__ import annotations

import pulumi

import pulumi_astra_vectorize as astra
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack

SORTS = [f"sort_{letter}" for letter in "hcagbfed"]
"""In no order of letters, and too many to come right by chance."""


def _events(sorts: list[str], *, late: bool = False) -> None:
    """A table whose rows stand in the order of these columns."""
    key: astra.PrimaryKeyDict = {
        "partition_by": ["tenant"],
        "partition_sort": {name: -1 if name == SORTS[0] else 1 for name in sorts},
    }
    astra.Table(
        "events",
        database="library",
        columns=dict.fromkeys(["tenant", *SORTS], "text"),
        primary_key=pulumi.Output.from_input(key) if late else key,
    )


def _sort(server: Server) -> dict[str, int]:
    sort: dict[str, int] = server.tables()["events"]["primaryKey"]["partitionSort"]
    return sort


def test_sort_columns_keep_their_order(stack: Stack, server: Server) -> None:
    """As written, also in an Output; after a refresh there is no difference."""
    stack.up(lambda: _events(SORTS))
    assert list(_sort(server)) == SORTS
    assert _sort(server)[SORTS[0]] == -1
    assert stack.refresh().steps == {}
    assert stack.up(lambda: _events(SORTS, late=True)).steps == {}


def test_another_order_is_another_key(stack: Stack, server: Server) -> None:
    """A primary key is fixed for life: the table, which is empty, is replaced."""
    stack.up(lambda: _events(SORTS))
    assert "replace" in stack.up(lambda: _events(sorted(SORTS))).steps["events"]
    assert list(_sort(server)) == sorted(SORTS)
