"""Keyspace: what a program may write, and what a change of it means."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.resources.keyspace import KeyspaceLifecycle
from tests.unit.resource_cases import LIBRARY, Written, change, problems

KEYSPACE = KeyspaceLifecycle()
WRITTEN: Written = {"database": "library", "name": "shelves"}


@pytest.mark.parametrize("name", ["shelves", "Shelves_2", "_", "k" * 48])
def test_names(name: str) -> None:
    """Contract data-api.md, section 2: letters, digits and underscores, 48 at most."""
    assert problems(KEYSPACE, {**WRITTEN, "name": name}) == {}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "k" * 49}, "name"),
        ({"name": "my-shelves"}, "name"),
        ({"name": "полки"}, "name"),
        ({"database": ""}, "database"),
    ],
)
def test_problem_names_its_property(changes: Written, path: str) -> None:
    """Contract data-api.md, section 2."""
    assert set(problems(KEYSPACE, {**WRITTEN, **changes})) == {path}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "none"),
        ({"database": "id-library"}, "none"),
        ({"adopt": True}, "update: adopt"),
        ({"force_destroy": True}, "update: force_destroy"),
        ({"name": "racks"}, "replace (create first): name"),
        ({"database": "archive"}, "replace (create first): database"),
    ],
)
def test_change(changes: Written, step: str) -> None:
    """Another name or database is another keyspace."""
    assert change(KEYSPACE, WRITTEN, LIBRARY, {**WRITTEN, **changes}) == step
