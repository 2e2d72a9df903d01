"""updateOne, deleteOne, deleteMany on tables over HTTP (contract data-api.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Post = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], Post]

CHANGED = {"status": {"matchedCount": 1, "modifiedCount": 1}}
DELETED = {"status": {"deletedCount": -1}}
KEY = {"shelf": "a", "at": 1}


@pytest.fixture
def post(new_table: NewTable, service: dict[str, Any]) -> Post:
    """A table with four rows in two partitions; returns a way to post commands to it."""
    columns = {
        "shelf": "text",
        "at": "int",
        "title": "text",
        "pages": "int",
        "tags": {"type": "set", "valueType": "text"},
        "v": {"type": "vector", "dimension": 2},
        "text": {"type": "vector", "service": service},
    }
    key = {"partitionBy": ["shelf"], "partitionSort": {"at": 1}}
    post = new_table(columns, key)
    rows = [{"shelf": shelf, "at": at, "title": "t"} for shelf in "ab" for at in (1, 2)]
    post({"insertMany": {"documents": rows}})
    return post


def update(filter_: dict[str, Any], **operators: Any) -> dict[str, Any]:
    """An updateOne; ``set`` stands for ``$set``."""
    changes = {f"${name}": arguments for name, arguments in operators.items()}
    return {"updateOne": {"filter": filter_, "update": changes}}


def keys(post: Post) -> list[tuple[str, int]]:
    """The keys of all rows."""
    reply = post({"find": {"projection": {"shelf": 1, "at": 1}}})
    return [(row["shelf"], row["at"]) for row in reply["data"]["documents"]]


def test_set_and_unset(post: Post) -> None:
    """$set gives columns values, $unset empties them; the counts are always one."""
    assert post(update(KEY, set={"pages": 7, "v": [1, 2]}, unset={"title": ""})) == CHANGED
    found = post({"findOne": {"filter": KEY}})["data"]["document"]
    assert found == {**KEY, "pages": 7, "v": [1, 2]}


def test_an_update_of_no_row_inserts_it(post: Post) -> None:
    """An update is an upsert, and answers the same counts."""
    assert post(update({"shelf": "c", "at": 9}, set={"title": "new"})) == CHANGED
    assert ("c", 9) in keys(post)


@pytest.mark.parametrize(
    "change",
    [
        {"unset": {"title": "", "v": ""}},
        {"set": {"title": None, "v": None, "text": ""}},
        {"set": {"tags": []}},
    ],
)
def test_an_update_without_a_value_makes_no_row(post: Post, change: dict[str, Any]) -> None:
    """Nothing but nulls and empty sets: the vendor's "Update a row" asks for a value for a row."""
    before = keys(post)
    assert post(update({"shelf": "c", "at": 9}, **change)) == CHANGED
    assert keys(post) == before
    assert post(update(KEY, **change)) == CHANGED
    row = post({"findOne": {"filter": KEY}})["data"]["document"]
    assert ("title" in row) == ("tags" in change.get("set", {}))


def test_an_update_with_one_value_makes_a_row(post: Post) -> None:
    """An empty text is a value, and so is a vector; what is null beside it is left out."""
    post(update({"shelf": "c", "at": 1}, set={"title": "", "pages": None}))
    post(update({"shelf": "c", "at": 2}, set={"v": [1, 2]}, unset={"title": ""}))
    assert keys(post)[-2:] == [("c", 1), ("c", 2)]


def test_text_in_an_update_is_embedded(post: Post) -> None:
    """A string set in a vectorize column becomes its vector, an empty one takes it away."""
    post(update(KEY, set={"text": "The cat sleeps."}))
    found = post({"findOne": {"filter": KEY}})["data"]["document"]
    assert len(found["text"]) == 384
    post(update(KEY, set={"text": ""}))
    assert "text" not in post({"findOne": {"filter": KEY}})["data"]["document"]


@pytest.mark.parametrize(
    ("command", "scope", "code"),
    [
        (
            update(KEY, set={"v": "text"}),
            "UPDATE",
            "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION",
        ),
        (update(KEY, set={"other": 1}), "UPDATE", "UNKNOWN_TABLE_COLUMNS"),
        (update(KEY, set={"pages": "x"}), "UPDATE", "INVALID_UPDATE_COLUMN_VALUES"),
        (update(KEY, set={"at": 2}), "UPDATE", "UNSUPPORTED_UPDATE_FOR_PRIMARY_KEY_COLUMNS"),
        (update(KEY, inc={"pages": 1}), "UPDATE", "UNSUPPORTED_UPDATE_OPERATIONS_FOR_TABLE"),
        (update(KEY, set={}), "UPDATE", "MISSING_UPDATE_OPERATIONS"),
        (
            update(KEY, set={"pages": 1}, unset={"pages": ""}),
            "UPDATE",
            "UNSUPPORTED_OVERLAPPING_UPDATE_OPERATIONS",
        ),
        (
            update({"title": "t"}, set={"pages": 1}),
            "FILTER",
            "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE",
        ),
        (
            update({"shelf": "a"}, set={"pages": 1}),
            "FILTER",
            "MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE",
        ),
        (
            update({"shelf": "a", "at": {"$gt": 1}}, set={"pages": 1}),
            "FILTER",
            "UNSUPPORTED_FILTER_FOR_UPDATE_ONE_DELETE_ONE",
        ),
        (update({"other": 1}, set={"pages": 1}), "FILTER", "UNKNOWN_TABLE_COLUMNS"),
        (
            {"deleteOne": {"filter": {"title": "t"}}},
            "FILTER",
            "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE",
        ),
        (
            {"deleteOne": {"filter": {"shelf": "a"}}},
            "FILTER",
            "MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE",
        ),
        ({"deleteOne": {"filter": {}}}, "FILTER", "MISSING_FILTER_FOR_UPDATE_DELETE"),
        (
            {"deleteOne": {"filter": KEY, "sort": {"at": 1}}},
            "SORT",
            "UNSUPPORTED_SORT_FOR_TABLE_DELETE_COMMAND",
        ),
        ({"deleteMany": {"filter": {"at": 1}}}, "FILTER", "INVALID_PRIMARY_KEY_FILTER"),
        (
            {"deleteMany": {"filter": {"title": "t"}}},
            "FILTER",
            "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE",
        ),
    ],
)
def test_refused_changes(post: Post, command: dict[str, Any], scope: str, code: str) -> None:
    """Each mistake has its scope and code, and no row changes."""
    before = post({"find": {}})["data"]
    (error,) = post(command)["errors"]
    assert (error["scope"], error["errorCode"]) == (scope, code)
    assert post({"find": {}})["data"] == before


def test_delete_one(post: Post) -> None:
    """The row of the key is deleted; the count is unknown, whether there was one or not."""
    for _ in range(2):
        assert post({"deleteOne": {"filter": KEY}}) == DELETED
    assert keys(post) == [("a", 2), ("b", 1), ("b", 2)]


def test_delete_one_needs_a_filter(post: Post) -> None:
    """Without a filter the command is not valid, and its message names the member."""
    (error,) = post({"deleteOne": {}})["errors"]
    assert error["errorCode"] == "COMMAND_FIELD_VALUE_INVALID"
    assert "command.filterDefinition" in error["message"]


@pytest.mark.parametrize(
    ("clause", "left"),
    [
        ({"shelf": "a"}, [("b", 1), ("b", 2)]),
        ({"shelf": "a", "at": {"$gt": 1}}, [("a", 1), ("b", 1), ("b", 2)]),
        ({"shelf": {"$in": ["a", "c"]}, "at": 1}, [("a", 2), ("b", 1), ("b", 2)]),
        ({"$and": [{"shelf": "a"}, {"$or": [{"at": 2}]}]}, [("a", 1), ("b", 1), ("b", 2)]),
        ({}, []),
    ],
)
def test_delete_many(post: Post, clause: dict[str, Any], left: list[tuple[str, int]]) -> None:
    """A partition, a range inside it, or with an empty filter everything is deleted."""
    assert post({"deleteMany": {"filter": clause}}) == DELETED
    assert keys(post) == left


@pytest.mark.parametrize(
    "clause",
    [
        {"shelf": {"$gt": "a"}},
        {"shelf": {"$lte": "a"}, "at": 1},
        {"shelf": {"$ne": "a"}},
        {"shelf": {"$nin": ["a"]}},
        {"$not": {"shelf": "a"}},
        {"$or": [{"shelf": "a"}, {"shelf": "b"}]},
        {"shelf": "a", "$or": [{"at": 1}, {"at": 2}]},
    ],
)
def test_deletions_that_the_database_refuses(post: Post, clause: dict[str, Any]) -> None:
    """A deletion is of partitions given by $eq or $in: Cassandra takes no other, and no OR."""
    (error,) = post({"deleteMany": {"filter": clause}})["errors"]
    assert (error["family"], error["scope"]) == ("SERVER", "DATABASE")
    assert error["errorCode"] == "INVALID_DATABASE_QUERY"
    assert len(keys(post)) == 4


def test_a_range_is_the_last_condition_of_a_deletion(new_table: NewTable) -> None:
    """Of two columns that sort a partition the second cannot be given beside a range of the first.

    The vendor's issue 1756 has the database's message.
    """
    columns = {"p": "int", "a": "int", "b": "int"}
    post = new_table(columns, {"partitionBy": ["p"], "partitionSort": {"a": 1, "b": 1}})
    post({"insertMany": {"documents": [{"p": 1, "a": a, "b": b} for a in (1, 2) for b in (1, 2)]}})
    refused = post({"deleteMany": {"filter": {"p": 1, "a": {"$lt": 2}, "b": 1}}})
    assert refused["errors"][0]["errorCode"] == "INVALID_DATABASE_QUERY"
    assert post({"deleteMany": {"filter": {"p": 1, "a": {"$in": [1]}, "b": {"$lt": 2}}}}) == DELETED
    assert len(post({"find": {"filter": {"p": 1}}})["data"]["documents"]) == 3


def test_delete_many_without_a_filter_truncates(post: Post) -> None:
    """Without the member ``filter`` all rows go."""
    assert post({"deleteMany": {}}) == DELETED
    assert keys(post) == []
