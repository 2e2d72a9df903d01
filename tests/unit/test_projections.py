"""What projections show of a document."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api.collections.projections import parse_projection
from pulumi_astra_vectorize.server.data_api.envelope import Failure

DOCUMENT = {
    "_id": 1,
    "title": "Emma",
    "author": {"name": "Austen", "born": 1775},
    "copies": [{"shelf": "A", "row": 1}, {"shelf": "B", "row": 2}],
    "tags": ["a", "b", "c"],
    "$vectorize": "a novel",
    "$vector": [0.5, 0.25],
}
REGULAR = {name: value for name, value in DOCUMENT.items() if not name.startswith("$")}


@pytest.mark.parametrize(
    ("definition", "shown"),
    [
        (None, REGULAR),
        ({}, REGULAR),
        ({"*": 1}, DOCUMENT),
        ({"*": 0}, {}),
        ({"title": 1}, {"_id": 1, "title": "Emma"}),
        ({"title": True, "_id": False}, {"title": "Emma"}),
        ({"title": 1, "$vector": 1}, {"_id": 1, "title": "Emma", "$vector": [0.5, 0.25]}),
        ({"$vectorize": 1}, {**REGULAR, "$vectorize": "a novel"}),
        ({"_id": 0}, {name: value for name, value in REGULAR.items() if name != "_id"}),
        ({"author.name": 1}, {"_id": 1, "author": {"name": "Austen"}}),
        ({"author": {"name": 1}}, {"_id": 1, "author": {"name": "Austen"}}),
        ({"copies.shelf": 1}, {"_id": 1, "copies": [{"shelf": "A"}, {"shelf": "B"}]}),
        (
            {"copies": 0, "author.born": 0, "tags": 0},
            {"_id": 1, "title": "Emma", "author": {"name": "Austen"}},
        ),
        ({"title": 1, "tags": {"$slice": 2}}, {"_id": 1, "title": "Emma", "tags": ["a", "b"]}),
        ({"title": 1, "tags": {"$slice": -1}}, {"_id": 1, "title": "Emma", "tags": ["c"]}),
        ({"title": 1, "tags": {"$slice": [1, 1]}}, {"_id": 1, "title": "Emma", "tags": ["b"]}),
        ({"title": 1, "unknown": 1}, {"_id": 1, "title": "Emma"}),
    ],
)
def test_projection(definition: dict[str, Any] | None, shown: dict[str, Any]) -> None:
    """A projection shows what it includes or all but what it excludes, vectors only if named."""
    assert parse_projection(definition).apply(DOCUMENT) == shown


@pytest.mark.parametrize(
    "definition",
    [
        {"title": 1, "tags": 0},
        {"": 1},
        {"$where": 1},
        {"title": "yes"},
        {"*": 1, "title": 1},
        {"author": 1, "author.name": 1},
        {"tags": {"$elemMatch": 1}},
        {"tags": {"$slice": "2"}},
        {"tags": {"$slice": [1, -1]}},
    ],
)
def test_refused_projection(definition: dict[str, Any]) -> None:
    """What is no projection is refused: UNSUPPORTED_PROJECTION_PARAM."""
    with pytest.raises(Failure) as refused:
        parse_projection(definition)
    assert refused.value.code == "UNSUPPORTED_PROJECTION_PARAM"


def test_projection_that_is_no_object() -> None:
    """A list is no projection."""
    with pytest.raises(Failure) as refused:
        parse_projection(["title"])
    assert refused.value.code == "UNSUPPORTED_PROJECTION_DEFINITION"
