"""A Keyspace or Table that is handed over is in a database: another one is a mistake."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.resources.table import TableLifecycle
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle
from pulumi_astra_vectorize.unknowns import UNKNOWN
from tests.unit.resource_cases import Written, problems

ID, OTHER_ID = "0190c2ba-cbd4-7000-8000-000000000000", "0190c2ba-cbd4-7000-8000-000000000001"
PLACED: list[tuple[life.Lifecycle[Any, Any], Written]] = [
    (CollectionLifecycle(), {"name": "notes"}),
    (TableLifecycle(), {"name": "books", "columns": {"id": "text"}, "primary_key": "id"}),
    (VectorColumnLifecycle(), {"table": "books", "name": "v", "dimension": 3}),
]
kinds = pytest.mark.parametrize(("lifecycle", "written"), PLACED)


@kinds
@pytest.mark.parametrize(
    ("database", "parent"),
    [
        ("library", ["library", ID, "library"]),
        (ID, ["library", ID, "library"]),
        ("library", [ID, ID, "library"]),
        ("library", ["library", UNKNOWN, UNKNOWN]),
        (ID, ["library", UNKNOWN, UNKNOWN]),
        ("library", [ID, UNKNOWN, UNKNOWN]),
        (UNKNOWN, ["library", ID, "library"]),
        ("library", [UNKNOWN, UNKNOWN, UNKNOWN]),
        ("library", UNKNOWN),
    ],
)
def test_same_database(
    lifecycle: life.Lifecycle[Any, Any], written: Written, database: Any, parent: Any
) -> None:
    """By name or by id; which of them mean the same is known once the parent is there."""
    given = {**written, "database": database, "parent_database": parent}
    assert problems(lifecycle, given) == {}


@kinds
@pytest.mark.parametrize(
    ("database", "parent"),
    [
        ("archive", ["library", ID, "library"]),
        (OTHER_ID, ["library", ID, "library"]),
        ("archive", ["library", UNKNOWN, UNKNOWN]),
        (OTHER_ID, [ID, UNKNOWN, UNKNOWN]),
    ],
)
def test_another_database_is_refused(
    lifecycle: life.Lifecycle[Any, Any], written: Written, database: Any, parent: Any
) -> None:
    """At preview; for a parent that is not there yet, if both are written as names, or as ids."""
    given = {**written, "database": database, "parent_database": parent}
    assert set(problems(lifecycle, given)) == {"database"}


@kinds
def test_it_is_no_part_of_the_state(lifecycle: life.Lifecycle[Any, Any], written: Written) -> None:
    """It is compared and forgotten: a keyspace that becomes known is no change."""
    given = {**written, "database": "library"}
    parent = {"parent_database": ["library", UNKNOWN, UNKNOWN]}
    assert lifecycle.stored({**given, **parent}, "local") == given
