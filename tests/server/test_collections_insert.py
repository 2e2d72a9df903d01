"""insertOne and insertMany on collections (data-api.md, section 6)."""

from __future__ import annotations

import base64
import re
import struct
from typing import Any
from uuid import UUID

import pytest

from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.collection_posts import (
    Post,
    codes,
    collection,
    found_ids,
    insert,
    vectorizing,
)
from tests.server.conftest import PROVIDER, PostCommand, Server


@pytest.fixture
def plain(data_api: PostCommand, keyspace: str) -> Post:
    """Posts commands to a collection without vectors."""
    return collection(data_api, keyspace, {})


@pytest.fixture
def vectors(data_api: PostCommand, keyspace: str) -> Post:
    """Posts commands to a collection of vectors of dimension 2."""
    return collection(data_api, keyspace, {"vector": {"dimension": 2}})


@pytest.fixture
def vectorized(data_api: PostCommand, keyspace: str, user_access_token: str) -> Post:
    """Posts commands to a collection that vectorizes its text."""
    return collection(data_api, keyspace, vectorizing(user_access_token))


@pytest.mark.parametrize(
    "document_id",
    [
        "text",
        5,
        1.5,
        True,
        None,
        {"$date": 1700000000000},
        {"$uuid": "6f1c9a3e-0000-4000-8000-00000000abcd"},
        {"$objectId": "65f1c9a3e0000400080000ab"},
    ],
)
def test_types_of_ids(plain: Post, document_id: Any) -> None:
    """An id of each type is kept, found and not taken twice."""
    document = {"_id": document_id, "a": 1}
    assert plain({"insertOne": {"document": document}}) == {
        "status": {"insertedIds": [document_id]}
    }
    found = plain({"findOne": {"filter": {"_id": document_id}}})
    assert found["data"]["document"] == document
    again = plain({"insertOne": {"document": document}})
    assert codes(again) == ["DOCUMENT_ALREADY_EXISTS"]


@pytest.mark.parametrize(
    ("id_type", "wrapper", "form"),
    [
        ("objectId", "$objectId", r"[0-9a-f]{24}"),
        ("uuid", "$uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-4.*"),
        ("uuidv6", "$uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-6.*"),
        ("uuidv7", "$uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-7.*"),
    ],
)
def test_default_ids(
    data_api: PostCommand, keyspace: str, id_type: str, wrapper: str, form: str
) -> None:
    """A document without id gets one of the collection's default type."""
    post = collection(data_api, keyspace, {"defaultId": {"type": id_type}})
    reply = post(insert({"a": 1}))
    ((name, value),) = reply["status"]["insertedIds"][0].items()
    assert name == wrapper
    assert re.fullmatch(form, value)


def test_id_without_default_type(plain: Post) -> None:
    """Without a default type the id is a bare UUID, and comes first in the document."""
    (document_id,) = plain(insert({"a": 1}))["status"]["insertedIds"]
    assert UUID(document_id).version == 4
    document = plain({"findOne": {}})["data"]["document"]
    assert list(document) == ["_id", "a"]


@pytest.mark.parametrize("count", [0, 101])
def test_limit_of_documents(plain: Post, count: int) -> None:
    """insertMany takes 1 to 100 documents; nothing is written otherwise."""
    reply = plain(insert(*[{"n": number} for number in range(count)]))
    assert codes(reply) == ["COMMAND_FIELD_VALUE_INVALID"]
    assert "command.documents" in reply["errors"][0]["message"]
    assert found_ids(plain) == []


def test_hundred_documents(plain: Post) -> None:
    """A hundred documents are written in one command, in their order."""
    reply = plain(insert(*[{"_id": number} for number in range(100)]))
    assert reply == {"status": {"insertedIds": list(range(100))}}


BAD = {"_id": 2, "$wrong": 1}


def members(letter: str, count: int) -> dict[str, int]:
    """An object of so many members."""
    return {f"{letter}{number}": number for number in range(count)}


def test_ordered_stops_at_the_first_failure(plain: Post) -> None:
    """By default the documents behind a refused one are not written."""
    reply = plain(insert({"_id": 1}, BAD, {"_id": 3}))
    assert reply["status"] == {"insertedIds": [1]}
    assert [it["documentIds"] for it in reply["errors"]] == [[2]]
    assert codes(reply) == ["SHRED_BAD_FIELD_NAME"]
    assert found_ids(plain) == [1]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"_id": {"a": 1}}, "SHRED_BAD_DOCID_TYPE"),
        ({"_id": {"$uuid": "x"}}, "SHRED_BAD_DOCID_TYPE"),
        ({"_id": ""}, "SHRED_BAD_DOCID_VALUE"),
        ({"a": {"$date": "now"}}, "SHRED_BAD_EJSON_VALUE"),
        ({"a": "é" * 4001}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"a": [0] * 1001}, "SHRED_DOC_LIMIT_VIOLATION"),
        (members("a", 1001), "SHRED_DOC_LIMIT_VIOLATION"),
        ({"_id": 1, **members("a", 1000)}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"a": members("b", 1001)}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({name: members("b", 40) for name in members("a", 49)}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"a": [members("b", 40)] * 50}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"$vector": {"$base64": "AA=="}}, "SHRED_BAD_DOCUMENT_VECTOR_TYPE"),
        ({"$vector": {"$binary": "%"}}, "SHRED_BAD_BINARY_VECTOR_VALUE"),
        ({"$vector": {"$binary": "AAA="}}, "SHRED_BAD_BINARY_VECTOR_VALUE"),
    ],
)
def test_refused_document(vectors: Post, document: dict[str, Any], expected: str) -> None:
    """What a document cannot be is refused with a code of scope DOCUMENT; nothing is written."""
    reply = vectors({"insertOne": {"document": document}})
    assert codes(reply) == [expected]
    assert reply["errors"][0]["scope"] == "DOCUMENT"
    assert reply["status"] == {"insertedIds": []}
    assert found_ids(vectors) == []


def test_as_many_members_as_are_indexed(plain: Post) -> None:
    """1000 in one object, 2000 in all, with those that hold others."""
    widest = {"_id": 1, **members("a", 999)}
    most = {"_id": 2, "a": members("b", 1000), "c": members("d", 997)}
    assert codes(plain(insert(widest, most))) == []


@pytest.mark.parametrize("indexing", [{"deny": ["text", "c.d"]}, {"allow": ["a.b0"]}])
def test_what_is_not_indexed(
    data_api: PostCommand, keyspace: str, indexing: dict[str, list[str]]
) -> None:
    """The limits of strings and members are those of the index."""
    post = collection(data_api, keyspace, {"indexing": indexing})
    many = {"a": members("b", 900), "c": {"d": members("e", 1001)}}
    assert codes(post(insert({"text": "x" * 8001, **many}))) == []


@pytest.mark.parametrize(
    "vector",
    [[0.5, -2], {"$binary": base64.b64encode(struct.pack(">2f", 0.5, -2)).decode()}],
)
def test_vector_forms(vectors: Post, vector: Any) -> None:
    """A vector is an array of numbers or big-endian float32 in base64."""
    vectors(insert({"_id": 1, "$vector": vector}))
    found = vectors({"findOne": {"projection": {"*": 1}}})["data"]["document"]
    assert found == {"_id": 1, "$vector": [0.5, -2.0]}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"$vectorize": "text"}, "EMBEDDING_SERVICE_NOT_CONFIGURED"),
        ({"$vector": [1, 2]}, "VECTOR_SEARCH_NOT_SUPPORTED"),
    ],
)
def test_vectors_in_a_collection_without(
    plain: Post, document: dict[str, Any], expected: str
) -> None:
    """A collection without vectors refuses the whole command."""
    reply = plain(insert({"_id": 1}, document))
    assert (codes(reply), "status" in reply) == ([expected], False)
    assert found_ids(plain) == []


def test_vectorize_keeps_the_text(vectorized: Post) -> None:
    """The text stays in the document and its vector is beside it."""
    vectorized(insert({"_id": 1, "$vectorize": "a quiet place"}))
    found = vectorized({"findOne": {"projection": {"*": 1}}})["data"]["document"]
    assert found["$vectorize"] == "a quiet place"
    assert len(found["$vector"]) == 384


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_vectorize_nothing(vectorized: Post, text: str | None) -> None:
    """Null and blank text is stored without a vector."""
    vectorized(insert({"_id": 1, "$vectorize": text}))
    found = vectorized({"findOne": {"projection": {"*": 1}}})["data"]["document"]
    assert found == {"_id": 1, "$vectorize": text}


def test_long_text(vectorized: Post) -> None:
    """The limit of strings does not apply to $vectorize."""
    assert codes(vectorized(insert({"_id": 1, "$vectorize": "word " * 2000}))) == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"_id": 2, "$vectorize": 5}, "INVALID_VECTORIZE_VALUE_TYPE"),
        ({"_id": 2, "$vectorize": "a", "$vector": [1.0]}, "INVALID_USAGE_OF_VECTORIZE"),
    ],
)
def test_wrong_vectorize_refuses_the_command(
    vectorized: Post, document: dict[str, Any], expected: str
) -> None:
    """A document that cannot be vectorized refuses all of them, unordered too."""
    reply = vectorized(insert({"_id": 1}, document, ordered=False))
    assert (codes(reply), "status" in reply) == ([expected], False)
    assert found_ids(vectorized) == []


def test_failing_provider_refuses_the_command(vectorized: Post) -> None:
    """When the embedding fails nothing is written, nor are documents that need none."""
    wrong_key = {"x-embedding-api-key": "wrong"}
    reply = vectorized(insert({"_id": 1}, {"$vectorize": "a"}, ordered=False), **wrong_key)
    assert (codes(reply), "status" in reply) == (["EMBEDDING_PROVIDER_CLIENT_ERROR"], False)
    assert found_ids(vectorized) == []


def test_many_texts(vectorized: Post) -> None:
    """More texts than one call to the provider carries each get their own vector."""
    documents = [{"_id": number, "$vectorize": f"number {number}"} for number in range(40)]
    vectorized(insert(*documents))
    sort = {"$vectorize": "number 37"}
    found = vectorized({"findOne": {"sort": sort, "options": {"includeSimilarity": True}}})
    assert found["data"]["document"]["_id"] == 37
    assert found["data"]["document"]["$similarity"] == pytest.approx(1, abs=1e-3)


def test_refused_id_is_not_named(plain: Post) -> None:
    """A write error names the document's id unless that is what is wrong."""
    reply = plain(insert({"_id": [1]}, {"_id": 2, "$b": 1}, ordered=False))
    assert codes(reply) == ["SHRED_BAD_DOCID_TYPE", "SHRED_BAD_FIELD_NAME"]
    assert [error.get("documentIds") for error in reply["errors"]] == [None, [2]]


def test_scope_of_the_token_counts_at_once(server: Server, vectorized: Post) -> None:
    """Out of the token's scope $vectorize stops and nothing else does; back in it, it works."""
    tokens = f"{INTEGRATIONS}/{PROVIDER}/tokens"
    (token,) = server.call("GET", tokens).json()
    scope = f"{tokens}/{token['id']}/scope"
    library = server.databases["library"].id
    removed = server.call("DELETE", f"{scope}/{library}", params={"name": "library"})
    assert removed.status_code == 204
    refused = vectorized(insert({"$vectorize": "a"}))
    assert codes(refused) == ["EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"]
    own_vector = {"_id": 1, "$vector": [1.0] * 384}
    assert codes(vectorized(insert(own_vector))) == []
    server.call("POST", scope, json={"databases": [library]})
    assert codes(vectorized(insert({"$vectorize": "a"}))) == []
