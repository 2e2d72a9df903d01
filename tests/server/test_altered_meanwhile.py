"""A table is altered while a command to it is on its way: the command meets the table as it is now.

The codes are those that the contract has for the altered table (data-api.md, sections 7 and 8).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import NewTable, PostToTable, Server
from tests.server.meanwhile import Provider, answer_after, codes

DIMENSION = 384
COLUMNS = {"id": "text", "n": "int", "v": {"type": "vector", "dimension": DIMENSION}}
ROW = {"id": "a", "n": 1, "v": [1.0] * DIMENSION}
OTHER_MODEL = "BAAI/bge-small-en-v1.5"


def alter(operation: str, columns: object) -> dict[str, Any]:
    return {"alterTable": {"operation": {operation: {"columns": columns}}}}


@pytest.fixture
def books(new_table: NewTable) -> PostToTable:
    """Posts commands to a table with one row."""
    post = new_table(COLUMNS, "id")
    post({"insertOne": {"document": ROW}})
    return post


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ({"insertOne": {"document": {**ROW, "id": "new"}}}, ("DOCUMENT", "UNKNOWN_TABLE_COLUMNS")),
        (
            {"updateOne": {"filter": {"id": "new"}, "update": {"$set": {"n": 2}}}},
            ("UPDATE", "UNKNOWN_TABLE_COLUMNS"),
        ),
        ({"find": {"filter": {"n": 1}}}, ("FILTER", "UNKNOWN_TABLE_COLUMNS")),
        ({"find": {"sort": {"n": 1}}}, ("SORT", "CANNOT_SORT_UNKNOWN_COLUMNS")),
        (
            {"createIndex": {"name": "on_n", "definition": {"column": "n"}}},
            ("SCHEMA", "UNKNOWN_INDEX_COLUMN"),
        ),
        (alter("drop", ["n"]), ("SCHEMA", "CANNOT_DROP_UNKNOWN_COLUMNS")),
        (
            alter("addVectorize", {"v": {"provider": "huggingface", "modelName": OTHER_MODEL}}),
            ("SCHEMA", "CANNOT_VECTORIZE_UNKNOWN_COLUMNS"),
        ),
    ],
)
def test_dropped_columns(
    server: Server,
    keyspace: str,
    books: PostToTable,
    command: dict[str, Any],
    refusal: tuple[str, str],
) -> None:
    """A command that names a column that is dropped meanwhile is refused and writes nothing."""

    def drop() -> None:
        assert books(alter("drop", ["n", "v"])) == {"status": {"ok": 1}}

    reply = answer_after(server, command, keyspace, "books", meanwhile=drop)
    assert codes(reply) == [("REQUEST", *refusal)]
    assert books({"find": {}})["data"]["documents"] == [{"id": "a"}]
    assert books({"listIndexes": {}})["status"] == {"indexes": []}


def test_rows_after_a_column_was_added(server: Server, keyspace: str, books: PostToTable) -> None:
    """A column that is added meanwhile takes nothing away from what is written."""
    command = {"insertOne": {"document": {**ROW, "id": "new"}}}

    def add() -> None:
        assert books(alter("add", {"m": "int"})) == {"status": {"ok": 1}}

    reply = answer_after(server, command, keyspace, "books", meanwhile=add)
    assert reply["status"]["insertedIds"] == [["new"]]
    added = {"insertOne": {"document": {"id": "new", "m": 5}}}
    assert books(added)["status"]["insertedIds"] == [["new"]]
    found = books({"findOne": {"filter": {"id": "new"}}})["data"]["document"]
    assert found == {**ROW, "id": "new", "m": 5}


def test_both_of_two_alterations(server: Server, keyspace: str, books: PostToTable) -> None:
    """An alteration that another one overtakes is not lost, nor is the other."""

    def add() -> None:
        assert books(alter("add", {"m": "int"})) == {"status": {"ok": 1}}

    also = alter("add", {"o": "int"})
    assert answer_after(server, also, keyspace, "books", meanwhile=add) == {"status": {"ok": 1}}
    projection = books({"find": {}})["status"]["projectionSchema"]
    assert list(projection) == ["id", "m", "n", "o", "v"]


@pytest.fixture
def texts(new_table: NewTable, service: dict[str, Any]) -> PostToTable:
    """Posts commands to a table whose column "v" embeds texts."""
    vector = {"type": "vector", "dimension": DIMENSION, "service": service}
    return new_table({"id": "text", "v": vector}, "id")


@pytest.fixture
def provider(server: Server, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The embedding provider of the server."""
    return Provider(monkeypatch, server, DIMENSION)


INSERTION = {"insertOne": {"document": {"id": "a", "v": "A dog barks."}}}


def test_text_for_a_column_without_its_service(texts: PostToTable, provider: Provider) -> None:
    """A text whose column loses its service while it is embedded is refused as such a text is."""
    provider.meanwhile = lambda: texts(alter("dropVectorize", ["v"]))
    code = "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION"
    assert codes(texts(INSERTION)) == [("REQUEST", "DOCUMENT", code)]
    assert texts({"find": {}})["data"]["documents"] == []


def test_text_for_a_column_with_another_service(
    texts: PostToTable, provider: Provider, service: dict[str, Any]
) -> None:
    """A row's vector is of the model that its column has when the row is written."""
    other = {**service, "modelName": OTHER_MODEL}
    provider.meanwhile = lambda: texts(alter("addVectorize", {"v": other}))
    assert texts(INSERTION)["status"]["insertedIds"] == [["a"]]
    assert provider.models == [service["modelName"], OTHER_MODEL]
    found = texts({"find": {"projection": {"v": True}}})["data"]["documents"]
    assert found == [{"v": [1.0] * DIMENSION}]
