"""Indexes of tables over HTTP (contract data-api.md, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PostCommand = Callable[..., dict[str, Any]]
Post = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], Post]


@pytest.fixture
def post(new_table: NewTable) -> Post:
    """A table with a column of each kind; returns a way to post commands to it."""
    columns = {
        "id": "text",
        "title": "text",
        "year": "int",
        "v": {"type": "vector", "dimension": 2},
        "tags": {"type": "set", "valueType": "text"},
        "facts": {"type": "map", "keyType": "text", "valueType": "int"},
    }
    return new_table(columns, "id")


def index(kind: str, column: object, name: str = "an_index", **options: object) -> dict[str, Any]:
    """A command that creates an index."""
    definition = {"column": column} | ({"options": options} if options else {})
    return {kind: {"name": name, "definition": definition}}


@pytest.mark.parametrize(
    ("command", "explained"),
    [
        (
            index("createVectorIndex", "v"),
            {"column": "v", "options": {"metric": "cosine", "sourceModel": "other"}},
        ),
        (
            index("createVectorIndex", "v", sourceModel="ada002"),
            {"column": "v", "options": {"metric": "dot_product", "sourceModel": "ada002"}},
        ),
        (
            index("createVectorIndex", "v", metric="euclidean", sourceModel="bert"),
            {"column": "v", "options": {"metric": "euclidean", "sourceModel": "bert"}},
        ),
        (index("createIndex", "year"), {"column": "year", "options": {}}),
        (
            index("createIndex", "title", caseSensitive=False),
            {
                "column": "title",
                "options": {"ascii": False, "caseSensitive": False, "normalize": False},
            },
        ),
        (
            index("createIndex", {"facts": "$values"}),
            {"column": {"facts": "$values"}, "options": {}},
        ),
    ],
)
def test_indexes_are_explained(
    post: Post, command: dict[str, Any], explained: dict[str, Any]
) -> None:
    """The metric follows the source model unless it is given; text shows how it is analysed."""
    assert post(command) == {"status": {"ok": 1}}
    assert post({"listIndexes": {}}) == {"status": {"indexes": ["an_index"]}}
    kind = "vector" if "createVectorIndex" in command else "regular"
    reply = post({"listIndexes": {"options": {"explain": True}}})
    assert reply["status"]["indexes"] == [
        {"name": "an_index", "definition": explained, "indexType": kind}
    ]


def test_a_name_that_exists(post: Post) -> None:
    """An index of the same name is refused by the database, or as good with ifNotExists."""
    command = index("createIndex", "year")
    post(command)
    refused = post(command)
    assert refused["status"] == {"ok": 0}
    assert refused["errors"][0]["errorCode"] == "CANNOT_ADD_EXISTING_INDEX"
    command["createIndex"]["options"] = {"ifNotExists": True}
    assert post(command) == {"status": {"ok": 1}}


def test_a_second_index_on_a_column(post: Post) -> None:
    """The database does not create a second index on one column."""
    post(index("createVectorIndex", "v"))
    refused = post(index("createVectorIndex", "v", "another"))
    assert refused["status"] == {"ok": 0}
    error = refused["errors"][0]
    assert (error["family"], error["scope"], error["errorCode"]) == (
        "SERVER",
        "DATABASE",
        "INVALID_DATABASE_QUERY",
    )


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("a", {"ok": 0}),
        ({"partitionBy": ["a"], "partitionSort": {"b": 1}}, {"ok": 0}),
        ({"partitionBy": ["a", "b"]}, {"ok": 1}),
        ({"partitionBy": ["b"], "partitionSort": {"a": 1}}, {"ok": 1}),
    ],
)
def test_a_partition_key_of_one_column(
    new_table: NewTable, key: object, status: dict[str, int]
) -> None:
    """The database creates no index on it: the vendor's tests say so, and its Cassandra."""
    reply = new_table({"a": "text", "b": "int"}, key)(index("createIndex", "a"))
    assert reply["status"] == status
    codes = [(it["family"], it["scope"], it["errorCode"]) for it in reply.get("errors", [])]
    assert codes == [("SERVER", "DATABASE", "INVALID_DATABASE_QUERY")] * (1 - status["ok"])


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (index("createVectorIndex", "other"), "UNKNOWN_INDEX_COLUMN"),
        (index("createIndex", "facts", ascii=True), "CANNOT_ANALYZE_ENTRIES_ON_MAP_COLUMNS"),
        (index("createIndex", {"facts": "$all"}), "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN"),
        (index("createTextIndex", "id"), "UNEXPECTED_DRIVER_ERROR"),
    ],
)
def test_refused_indexes(post: Post, command: dict[str, Any], code: str) -> None:
    """Each mistake has its code, text indexes are not there, and no index comes into being."""
    assert post(command)["errors"][0]["errorCode"] == code
    assert post({"listIndexes": {}})["status"]["indexes"] == []


def test_drop_index_is_a_command_of_the_keyspace(
    post: Post, data_api: PostCommand, keyspace: str
) -> None:
    """An index is dropped on the keyspace path; an unknown one is refused by the database."""
    drop: dict[str, Any] = {"dropIndex": {"name": "an_index"}}
    post(index("createIndex", "year"))
    assert post(drop)["errors"][0]["errorCode"] == "COMMAND_UNKNOWN"
    assert data_api(drop, keyspace) == {"status": {"ok": 1}}
    again = data_api(drop, keyspace)
    assert again["status"] == {"ok": 0}
    assert again["errors"][0]["errorCode"] == "CANNOT_DROP_UNKNOWN_INDEX"
    drop["dropIndex"]["options"] = {"ifExists": True}
    assert data_api(drop, keyspace) == {"status": {"ok": 1}}


def test_a_dropped_table_takes_its_indexes_along(
    post: Post, data_api: PostCommand, keyspace: str
) -> None:
    """Index names are free again once their table is dropped."""
    post(index("createIndex", "year"))
    data_api({"dropTable": {"name": "books"}}, keyspace)
    reply = data_api({"dropIndex": {"name": "an_index"}}, keyspace)
    assert reply["errors"][0]["errorCode"] == "CANNOT_DROP_UNKNOWN_INDEX"
