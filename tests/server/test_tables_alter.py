"""alterTable over HTTP (contract data-api.md, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PostCommand = Callable[..., dict[str, Any]]
Alter = Callable[[dict[str, Any]], dict[str, Any]]

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SERVICE = {"provider": "huggingface", "modelName": MODEL}
VECTOR = {"type": "vector", "dimension": 384}


@pytest.fixture
def alter(data_api: PostCommand, keyspace: str) -> Alter:
    """A table with a key, a text, a vector and an indexed text; returns a way to alter it."""
    columns = {"id": "text", "title": "text", "v": VECTOR, "indexed": "text"}
    definition = {"columns": columns, "primaryKey": "id"}
    data_api({"createTable": {"name": "books", "definition": definition}}, keyspace)
    index = {"name": "an_index", "definition": {"column": "indexed"}}
    assert data_api({"createIndex": index}, keyspace, "books") == {"status": {"ok": 1}}
    return lambda operation: data_api({"alterTable": {"operation": operation}}, keyspace, "books")


def columns_of(data_api: PostCommand, keyspace: str) -> dict[str, Any]:
    """The columns that listTables explains."""
    reply = data_api({"listTables": {"options": {"explain": True}}}, keyspace)
    columns: dict[str, Any] = reply["status"]["tables"][0]["definition"]["columns"]
    return columns


def test_columns_are_added_and_dropped(alter: Alter, data_api: PostCommand, keyspace: str) -> None:
    """An added column is there, a dropped one is gone with its values."""
    assert alter({"add": {"columns": {"pages": "int"}}}) == {"status": {"ok": 1}}
    row = {"id": "1", "pages": 7, "title": "t", "v": [0.5] * 384}
    data_api({"insertOne": {"document": row}}, keyspace, "books")
    assert alter({"drop": {"columns": ["pages", "v"]}}) == {"status": {"ok": 1}}
    assert list(columns_of(data_api, keyspace)) == ["id", "indexed", "title"]
    alter({"add": {"columns": {"pages": "int", "v": VECTOR}}})
    found = data_api({"findOne": {}}, keyspace, "books")["data"]["document"]
    assert found == {"id": "1", "title": "t"}


def test_a_dropped_column_comes_back_with_its_type_only(alter: Alter) -> None:
    """The database remembers the type of a dropped column and refuses another one."""
    alter({"drop": {"columns": ["title"]}})
    refused = alter({"add": {"columns": {"title": "int"}}})
    assert refused["status"] == {"ok": 0}
    assert refused["errors"][0]["errorCode"] == "CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN"
    assert alter({"add": {"columns": {"title": "text"}}}) == {"status": {"ok": 1}}


def test_vectorize_comes_and_goes(
    alter: Alter, data_api: PostCommand, keyspace: str, user_access_token: str
) -> None:
    """addVectorize overwrites a service, dropVectorize is idempotent; the column stays."""
    service = {**SERVICE, "authentication": {"providerKey": user_access_token}}
    for given in (SERVICE, service):
        assert alter({"addVectorize": {"columns": {"v": given}}}) == {"status": {"ok": 1}}
    stored = columns_of(data_api, keyspace)["v"]["service"]
    assert stored["authentication"] == {"providerKey": f"{user_access_token}.providerKey"}
    for _ in range(2):
        assert alter({"dropVectorize": {"columns": ["v"]}}) == {"status": {"ok": 1}}
    assert "service" not in columns_of(data_api, keyspace)["v"]


def test_a_vector_column_is_added_with_its_service(
    alter: Alter, data_api: PostCommand, keyspace: str
) -> None:
    """The dimension may be left out: the model has it."""
    column = {"type": "vector", "service": SERVICE}
    assert alter({"add": {"columns": {"w": column}}}) == {"status": {"ok": 1}}
    assert columns_of(data_api, keyspace)["w"]["dimension"] == 384


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"add": {"columns": {"n": "counter"}}}, "CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS"),
    ({"addVectorize": {"columns": {"v": None}}}, "UNEXPECTED_SERVER_ERROR"),
    (
        {"add": {"columns": {"x": "int"}}, "drop": {"columns": ["title"]}},
        "REQUEST_STRUCTURE_MISMATCH",
    ),
]


@pytest.mark.parametrize(("operation", "code"), REFUSALS)
def test_refused_operations(
    alter: Alter, data_api: PostCommand, keyspace: str, operation: dict[str, Any], code: str
) -> None:
    """Each mistake has its code and changes nothing."""
    before = columns_of(data_api, keyspace)
    assert alter(operation)["errors"][0]["errorCode"] == code
    assert columns_of(data_api, keyspace) == before
