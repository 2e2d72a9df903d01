"""$push and $pullAll on lists, sets and maps of rows, as the vendor's source has them."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy import Database
from astrapy.data_types import DataAPIMap, DataAPISet
from astrapy.info import CreateTableDefinition

from tests.server.conftest import NewTable, PostToTable

CHANGED = {"status": {"matchedCount": 1, "modifiedCount": 1}}
KEY = {"id": "a"}
ROW = {
    "id": "a",
    "words": ["b", "a", "b"],
    "numbers": [1, 3],
    "ages": {"ann": 7, "bob": 9},
    "names": [[1, "one"], [3, "three"]],
}
BYTES = [{"$binary": "YQ=="}]
COLUMNS: dict[str, Any] = {
    "id": "text",
    "words": {"type": "list", "valueType": "text"},
    "numbers": {"type": "set", "valueType": "int"},
    "ages": {"type": "map", "keyType": "text", "valueType": "int"},
    "names": {"type": "map", "keyType": "int", "valueType": "text"},
    "bytes": {"type": "list", "valueType": "blob"},
    "title": "text",
    "v": {"type": "vector", "dimension": 2},
}


@pytest.fixture
def post(new_table: NewTable) -> PostToTable:
    """A table of containers with one row."""
    post = new_table(COLUMNS, "id")
    post({"insertOne": {"document": ROW}})
    return post


def update(clause: dict[str, Any], identifier: str = "a") -> dict[str, Any]:
    """An updateOne."""
    return {"updateOne": {"filter": {"id": identifier}, "update": clause}}


def row(post: PostToTable, identifier: str = "a") -> dict[str, Any] | None:
    """The row as it is found; None if it is not there."""
    found: dict[str, Any] | None
    found = post({"findOne": {"filter": {"id": identifier}}})["data"]["document"]
    return found


@pytest.mark.parametrize(
    ("pushed", "changed"),
    [
        ({"words": "a"}, {"words": ["b", "a", "b", "a"]}),
        ({"words": {"$each": ["c", "a"]}}, {"words": ["b", "a", "b", "c", "a"]}),
        ({"words": {"$each": []}}, {}),
        ({"numbers": 2}, {"numbers": [1, 2, 3]}),
        ({"numbers": {"$each": [3, 0]}}, {"numbers": [0, 1, 3]}),
        ({"ages": {"bob": 10}}, {"ages": {"ann": 7, "bob": 10}}),
        ({"ages": ["abe", 1]}, {"ages": {"abe": 1, "ann": 7, "bob": 9}}),
        ({"names": [2, "two"]}, {"names": [[1, "one"], [2, "two"], [3, "three"]]}),
        (
            {"ages": {"$each": [{"ann": 8}, ["cat", 2]]}},
            {"ages": {"ann": 8, "bob": 9, "cat": 2}},
        ),
        ({"bytes": BYTES[0]}, {"bytes": BYTES}),
        ({"words": "c", "numbers": 9}, {"words": ["b", "a", "b", "c"], "numbers": [1, 3, 9]}),
    ],
)
def test_push(post: PostToTable, pushed: dict[str, Any], changed: dict[str, Any]) -> None:
    """A list is appended to, a set added to, an entry of a map put."""
    assert post(update({"$push": pushed})) == CHANGED
    assert row(post) == {**ROW, **changed}


@pytest.mark.parametrize(
    ("pulled", "changed"),
    [
        ({"words": ["b", "x"]}, {"words": ["a"]}),
        ({"numbers": [3]}, {"numbers": [1]}),
        ({"ages": ["bob", "eve"]}, {"ages": {"ann": 7}}),
        ({"names": [1]}, {"names": [[3, "three"]]}),
        ({"words": []}, {}),
        ({"bytes": BYTES}, {}),
    ],
)
def test_pull_all(post: PostToTable, pulled: dict[str, Any], changed: dict[str, Any]) -> None:
    """All equal values go, of a map what has these keys; what is not there is no error."""
    assert post(update({"$pullAll": pulled})) == CHANGED
    assert row(post) == {**ROW, **changed}


def test_what_is_emptied_is_null(post: PostToTable) -> None:
    """The database does not tell an empty list, set or map from null."""
    gone = {"words": ["a", "b"], "numbers": [1, 3], "ages": ["ann", "bob"]}
    post(update({"$pullAll": gone, "$set": {"title": "t"}}))
    assert row(post) == {"id": "a", "names": ROW["names"], "title": "t"}


def test_a_row_that_is_not_there(post: PostToTable) -> None:
    """It comes into being with what is pushed; nothing can be taken out of it."""
    assert post(update({"$pullAll": {"words": ["a"]}}, "new")) == CHANGED
    assert post(update({"$push": {"words": {"$each": []}}}, "new")) == CHANGED
    assert row(post, "new") is None
    assert post(update({"$push": {"ages": {"ann": 1}}}, "new")) == CHANGED
    assert row(post, "new") == {"id": "new", "ages": {"ann": 1}}


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ({"$push": {"words": ["a"]}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"words": {"$each": "a"}}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"words": {"$each": ["a"], "$position": 0}}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"ages": 1}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"ages": {"a": 1, "b": 2}}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"ages": ["a", 1, 2]}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"ages": [["a", 1], ["b", 2]]}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"ages": {"$each": ["a"]}}}, "INVALID_PUSH_OPERATOR_USAGE"),
        ({"$push": {"words": 1}}, "INVALID_UPDATE_COLUMN_VALUES"),
        ({"$push": {"words": None}}, "INVALID_UPDATE_COLUMN_VALUES"),
        ({"$push": {"ages": {"ann": "x"}}}, "INVALID_UPDATE_COLUMN_VALUES"),
        ({"$pullAll": {"words": "a"}}, "INVALID_UPDATE_COLUMN_VALUES"),
        ({"$pullAll": {"names": ["one"]}}, "INVALID_UPDATE_COLUMN_VALUES"),
        ({"$push": {"title": "t"}}, "UNSUPPORTED_UPDATE_OPERATOR"),
        ({"$pullAll": {"v": [1]}}, "UNSUPPORTED_UPDATE_OPERATOR"),
        ({"$push": {"id": "b"}}, "UNSUPPORTED_UPDATE_FOR_PRIMARY_KEY_COLUMNS"),
        ({"$push": {"other": 1}}, "UNKNOWN_TABLE_COLUMNS"),
        ({"$push": {}, "$pullAll": {}}, "MISSING_UPDATE_OPERATIONS"),
        (
            {"$push": {"words": "a"}, "$pullAll": {"words": ["b"]}},
            "UNSUPPORTED_OVERLAPPING_UPDATE_OPERATIONS",
        ),
    ],
)
def test_refused(post: PostToTable, clause: dict[str, Any], code: str) -> None:
    """Each mistake has its code, and the row stays as it was."""
    (error,) = post(update(clause))["errors"]
    assert (error["scope"], error["errorCode"]) == ("UPDATE", code)
    assert row(post) == ROW


def test_the_vendors_client(astrapy_database: Database) -> None:
    """What its own types become on the way arrives as such."""
    definition = CreateTableDefinition.coerce({"columns": COLUMNS, "primaryKey": "id"})
    table: Any = astrapy_database.create_table("containers", definition=definition)
    table.insert_one(ROW)
    table.update_one(KEY, {"$push": {"names": [2, "two"], "numbers": {"$each": [2]}}})
    table.update_one(KEY, {"$pullAll": {"words": ["b"], "ages": ["ann"]}})
    found = table.find_one(KEY)
    assert found["names"] == DataAPIMap([(1, "one"), (2, "two"), (3, "three")])
    assert found["numbers"] == DataAPISet([1, 2, 3])
    assert (found["words"], found["ages"]) == (["a"], DataAPIMap({"bob": 9}))
