"""find and findOne on tables over HTTP (contract data-api.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Post = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], Post]

ROWS: list[dict[str, Any]] = [
    {"id": "a", "year": 2001, "lang": "de", "tags": ["x", "y"], "facts": {"p": 1}},
    {"id": "b", "year": 2002, "lang": "en", "tags": ["y"]},
    {"id": "c", "year": 2003, "lang": "de", "facts": {"p": 2, "q": 1}},
    {"id": "d", "lang": "fr"},
]
COLUMNS = {
    "id": "text",
    "year": "int",
    "lang": "text",
    "tags": {"type": "set", "valueType": "text"},
    "facts": {"type": "map", "keyType": "text", "valueType": "int"},
    "v": {"type": "vector", "dimension": 2},
    "span": "duration",
}


@pytest.fixture
def post(new_table: NewTable) -> Post:
    """A table with four rows, one index on ``year``; returns a way to post commands to it."""
    post = new_table(COLUMNS, "id")
    index = {"name": "year_index", "definition": {"column": "year"}}
    post({"createIndex": index})
    post({"insertMany": {"documents": ROWS}})
    return post


def ids(reply: dict[str, Any]) -> list[str]:
    """The keys of the rows found."""
    return [row["id"] for row in reply["data"]["documents"]]


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ({}, "abcd"),
        ({"id": "b"}, "b"),
        ({"id": {"$eq": "b"}}, "b"),
        ({"id": {"$in": ["c", "a", "z"]}}, "ac"),
        ({"year": {"$gt": 2001}}, "bc"),
        ({"year": {"$gte": 2001, "$lt": 2003}}, "ab"),
        ({"lang": {"$ne": "de"}}, "bd"),
        ({"year": {"$ne": 2001}}, "bc"),
        ({"lang": {"$nin": ["de", "fr"]}}, "b"),
        ({"lang": "de", "year": {"$lte": 2001}}, "a"),
        ({"$or": [{"lang": "fr"}, {"year": 2002}]}, "bd"),
        ({"$and": [{"lang": "de"}, {"$or": [{"year": 2001}, {"year": 2002}]}]}, "a"),
        ({"id": "a", "$or": [{"lang": "de"}, {"lang": "en"}]}, "a"),
        ({"$or": [{"id": "a"}]}, "a"),
        ({"$not": {"year": {"$gt": 2001}}}, "a"),
        ({"tags": {"$in": ["x"]}}, "a"),
        ({"tags": {"$all": ["x", "y"]}}, "a"),
        ({"facts": {"$keys": {"$in": ["q"]}}}, "c"),
        ({"facts": {"$values": {"$in": [1]}}}, "ac"),
        ({"facts": {"$in": [["p", 1]]}}, "a"),
    ],
)
def test_filters(post: Post, clause: dict[str, Any], found: str) -> None:
    """A filter finds the rows that fulfil it; a null column fulfils no comparison."""
    assert ids(post({"find": {"filter": clause}})) == list(found)


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ({"other": 1}, "UNKNOWN_TABLE_COLUMNS"),
        ({"$or": [{"other": 1}]}, "UNKNOWN_TABLE_COLUMNS"),
        ({"year": {"$in": ["x"]}}, "INVALID_FILTER_COLUMN_VALUES"),
        ({"v": [1, 2]}, "UNSUPPORTED_FILTERING_FOR_COLUMN_TYPES"),
        ({"year": {"$exists": True}}, "FILTER_UNSUPPORTED_OPERATOR"),
        ({"year": {"a": 1}}, "FILTER_UNSUPPORTED_DATA_TYPE"),
        ({"span": {"$gt": "1d"}}, "UNSUPPORTED_COMPARISON_FILTER_AGAINST_DURATION"),
        ({"tags": "x"}, "INVALID_MAP_SET_LIST_FILTER"),
        ({"lang": {"$match": "de"}}, "CANNOT_LEXICAL_FILTER_NON_INDEXED_COLUMNS"),
        ({"$nor": []}, "FILTER_INVALID_EXPRESSION"),
    ],
)
def test_refused_filters(post: Post, clause: dict[str, Any], code: str) -> None:
    """Each mistake in a filter has its code of scope FILTER."""
    (error,) = post({"find": {"filter": clause}})["errors"]
    assert (error["scope"], error["errorCode"]) == ("FILTER", code)


@pytest.mark.parametrize(
    "clause",
    [
        {"$or": [{"id": "d"}, {"year": 2002}]},
        {"$or": [{"year": 2002}, {"$and": [{"id": "d"}, {"lang": "fr"}]}]},
        {"$not": {"id": "a", "lang": "de"}},
    ],
)
def test_a_partition_key_under_or_is_refused_by_the_database(
    post: Post, clause: dict[str, Any]
) -> None:
    """The vendor's Cassandra takes conditions on the partition key at the top alone."""
    for name in ("find", "findOne"):
        (error,) = post({name: {"filter": clause}})["errors"]
        assert (error["family"], error["scope"]) == ("SERVER", "DATABASE")
        assert error["errorCode"] == "INVALID_DATABASE_QUERY"


@pytest.mark.parametrize(
    ("clause", "warnings"),
    [
        ({}, ["ZERO_FILTER_OPERATIONS"]),
        ({"id": "a"}, []),
        ({"year": 2001}, []),
        ({"lang": "de"}, ["MISSING_INDEX"]),
        ({"id": "a", "lang": "de"}, ["MISSING_INDEX"]),
    ],
)
def test_warnings(post: Post, clause: dict[str, Any], warnings: list[str]) -> None:
    """What a filter costs is said in status.warnings; a cheap one has no warnings at all."""
    status = post({"find": {"filter": clause}})["status"]
    assert [it["errorCode"] for it in status.get("warnings", [])] == warnings
    assert all(it["scope"] == "WARNING" for it in status.get("warnings", []))


def test_rows_and_their_schema(post: Post) -> None:
    """Null columns are left out of rows; projectionSchema describes all columns that are read."""
    reply = post({"find": {"filter": {"id": "d"}}})
    assert reply["data"] == {"documents": [{"id": "d", "lang": "fr"}], "nextPageState": None}
    schema = reply["status"]["projectionSchema"]
    assert list(schema) == ["id", "facts", "lang", "span", "tags", "v", "year"]
    assert schema["tags"] == {"type": "set", "valueType": "text"}


@pytest.mark.parametrize(
    ("projection", "row"),
    [
        ({"year": 1}, {"year": 2001}),
        ({"id": True, "lang": True}, {"id": "a", "lang": "de"}),
        ({"tags": 0, "facts": False, "v": 0}, {"id": "a", "lang": "de", "year": 2001}),
        ({"*": 1}, ROWS[0]),
    ],
)
def test_projections(post: Post, projection: dict[str, Any], row: dict[str, Any]) -> None:
    """A projection includes or excludes columns; key columns have no special place."""
    reply = post({"findOne": {"filter": {"id": "a"}, "projection": projection}})
    assert reply["data"] == {"document": row}
    assert set(row) <= set(reply["status"]["projectionSchema"])


@pytest.mark.parametrize(
    ("projection", "code"),
    [
        ({"other": 1}, "UNKNOWN_TABLE_COLUMNS"),
        ({"year": 1, "lang": 0}, "UNSUPPORTED_PROJECTION_PARAM"),
        ({"year": "yes"}, "UNSUPPORTED_PROJECTION_PARAM"),
    ],
)
def test_refused_projections(post: Post, projection: dict[str, Any], code: str) -> None:
    """Unknown columns and mixed projections are refused with scope PROJECTION."""
    (error,) = post({"find": {"projection": projection}})["errors"]
    assert (error["scope"], error["errorCode"]) == ("PROJECTION", code)


def test_find_one_of_nothing(post: Post) -> None:
    """Nothing found is a null document, with the schema all the same."""
    reply = post({"findOne": {"filter": {"id": "z"}}})
    assert reply["data"] == {"document": None}
    assert "projectionSchema" in reply["status"]


def test_pages_of_fifty(post: Post) -> None:
    """A find answers 50 rows and the state of the next page; no row is lost or doubled."""
    for start in (0, 60):
        rows = [{"id": f"{at:03}"} for at in range(start, start + 60)]
        post({"insertMany": {"documents": rows}})
    found: list[str] = []
    state = ""
    sizes: list[int] = []
    while state is not None:
        reply = post({"find": {"options": {"pageState": state} if state else {}}})
        found += ids(reply)
        sizes.append(len(reply["data"]["documents"]))
        state = reply["data"]["nextPageState"]
    assert sizes == [50, 50, 24]
    assert len(set(found)) == 124


def test_a_limit_and_a_state_that_means_nothing(post: Post) -> None:
    """A limit ends the find; a state that cannot be decoded is an unexpected error."""
    limited = post({"find": {"options": {"limit": 2}}})
    assert ids(limited) == ["a", "b"]
    assert limited["data"]["nextPageState"] is None
    broken = post({"find": {"options": {"pageState": "?"}}})
    assert broken["errors"][0]["errorCode"] == "UNEXPECTED_SERVER_ERROR"
