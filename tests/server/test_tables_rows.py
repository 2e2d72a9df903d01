"""insertOne and insertMany into tables over HTTP (contract data-api.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PostCommand = Callable[..., dict[str, Any]]
Post = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], Post]

PK_SCHEMA = {"id": {"type": "text"}, "part": {"type": "int"}}


@pytest.fixture
def post(new_table: NewTable, service: dict[str, Any]) -> Post:
    """A table with a composite key, a vector and a vectorize column; posts commands to it."""
    columns = {
        "id": "text",
        "part": "int",
        "title": "text",
        "v": {"type": "vector", "dimension": 2},
        "embedded": {"type": "vector", "service": service},
    }
    key = {"partitionBy": ["id"], "partitionSort": {"part": 1}}
    return new_table(columns, key)


def insert(*rows: dict[str, Any], **options: bool) -> dict[str, Any]:
    """An insertMany."""
    command: dict[str, Any] = {"documents": list(rows)}
    return {"insertMany": command | ({"options": options} if options else {})}


def row(identifier: str = "a", part: int = 1, **values: Any) -> dict[str, Any]:
    """A row with its key."""
    return {"id": identifier, "part": part, **values}


def stored(post: Post) -> list[dict[str, Any]]:
    """All rows, without the vectors of embedded text."""
    documents: list[dict[str, Any]] = post({"find": {"projection": {"embedded": 0}}})["data"][
        "documents"
    ]
    return documents


def test_inserted_ids_are_the_key_values(post: Post) -> None:
    """The reply has the key's schema and one array of key values a row, in key order."""
    assert post({"insertOne": {"document": row(title="t")}}) == {
        "status": {"primaryKeySchema": PK_SCHEMA, "insertedIds": [["a", 1]]}
    }
    assert post(insert(row("b"), row("c")))["status"]["insertedIds"] == [["b", 1], ["c", 1]]


def test_inserts_are_upserts(post: Post) -> None:
    """A second insert of a key replaces the columns that it names; null empties a column."""
    post(insert(row(title="first", v=[1, 2])))
    post(insert(row(title="second"), row(v=[3, 4])))
    assert stored(post) == [row(title="second", v=[3, 4])]
    post(insert(row(title=None)))
    assert stored(post) == [row(v=[3, 4])]


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_blank_text_is_not_embedded(post: Post, blank: str | None) -> None:
    """null, empty and blank strings leave the vectorize column without a vector."""
    assert "errors" not in post({"insertOne": {"document": row(embedded=blank)}})
    assert post({"findOne": {}})["data"]["document"] == row()


def test_vectors_go_into_a_vectorize_column_as_they_are(post: Post) -> None:
    """A list of numbers is stored, not embedded."""
    vector = [0.5] * 384
    post({"insertOne": {"document": row(embedded=vector)}})
    assert post({"findOne": {}})["data"]["document"]["embedded"] == vector


ROW_REFUSALS = [
    ({"id": "a"}, "MISSING_PRIMARY_KEY_COLUMNS"),
    (row(part=2**31), "INVALID_COLUMN_VALUES"),
]


@pytest.mark.parametrize(("document", "code"), ROW_REFUSALS)
def test_a_refused_row_comes_without_status(
    post: Post, document: dict[str, Any], code: str
) -> None:
    """insertOne of a bad row answers errors alone, of scope DOCUMENT and without documentIds."""
    reply = post({"insertOne": {"document": document}})
    assert reply.keys() == {"errors"}
    (error,) = reply["errors"]
    assert (error["errorCode"], error["scope"]) == (code, "DOCUMENT")
    assert "documentIds" not in error


def test_an_ordered_insertion_stops_at_the_first_bad_row(post: Post) -> None:
    """Ordered is the default: rows after the bad one are skipped."""
    reply = post(insert(row("a"), {"id": "b"}, row("c")))
    assert reply["status"]["insertedIds"] == [["a", 1]]
    assert len(reply["errors"]) == 1


def test_document_responses(post: Post) -> None:
    """With returnDocumentResponses every row has its answer; one that was not read has no id."""
    options = {"returnDocumentResponses": True, "ordered": True}
    reply = post(insert(row("a"), {"id": "b"}, row("c"), **options))
    assert reply["status"]["documentResponses"] == [
        {"_id": ["a", 1], "status": "OK"},
        {"_id": [], "status": "ERROR", "errorsIdx": 0},
        {"_id": ["c", 1], "status": "SKIPPED"},
    ]
    assert "insertedIds" not in reply["status"]


def test_one_bad_row_refuses_all_where_text_is_to_be_embedded(post: Post) -> None:
    """With a text to embed in any row, one bad row means that nothing is written."""
    reply = post(insert(row("a"), row("b", embedded="text"), row("c", title=1), ordered=False))
    assert reply.keys() == {"errors"}
    assert stored(post) == []


def test_a_hundred_rows_at_most(post: Post) -> None:
    """100 rows are inserted at once; 101 and none are refused."""
    assert len(post(insert(*(row("a", at) for at in range(100))))["status"]["insertedIds"]) == 100
    for rows in ([row("b", at) for at in range(101)], []):
        (error,) = post(insert(*rows))["errors"]
        assert error["errorCode"] == "COMMAND_FIELD_VALUE_INVALID"
        assert "command.documents" in error["message"]


def test_the_header_key_replaces_the_stored_secret(
    data_api: PostCommand, keyspace: str, post: Post
) -> None:
    """A wrong secret in x-embedding-api-key is the provider's refusal, and nothing is written."""
    headers = {"x-embedding-api-key": "hf_wrong"}
    command = insert(row("a"), row("b", embedded="text"))
    reply = data_api(command, keyspace, "books", headers=headers)
    assert reply["errors"][0]["errorCode"] == "EMBEDDING_PROVIDER_CLIENT_ERROR"
    assert stored(post) == []
