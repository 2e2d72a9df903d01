"""Vectors in replies: the numbers that are stored, in single precision (data-api.md, section 6).

0.1 is written 0.1, as a Java ``float`` is, whatever digits its double has.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.collection_posts import Post, collection, insert, vectorizing
from tests.server.conftest import NewTable, PostCommand, Server

WRITTEN = [0.1, 0.2, 1 / 3]
SHOWN = [0.1, 0.2, 0.33333334]
AFTER = {"returnDocument": "after", "upsert": True}
ASKED = {"options": {"includeSortVector": True}}


def projected(reply: dict[str, Any]) -> Any:
    """The ``$vector`` of the one document in a reply."""
    return reply["data"]["document"]["$vector"]


@pytest.fixture
def points(data_api: PostCommand, keyspace: str) -> Post:
    """A collection with one document, which has a vector."""
    post = collection(data_api, keyspace, {"vector": {"dimension": 3}})
    post(insert({"_id": 1, "$vector": WRITTEN}))
    return post


@pytest.mark.parametrize("found", [1, 2])
@pytest.mark.parametrize(
    "command",
    [
        {"findOneAndUpdate": {"update": {"$set": {"$vector": WRITTEN[::-1]}}}},
        {"findOneAndReplace": {"replacement": {"$vector": WRITTEN[::-1]}}},
    ],
)
def test_a_changed_vector(points: Post, command: dict[str, Any], found: int) -> None:
    """What is shown after a change is what a find shows then; so of a document that it inserts."""
    ((name, arguments),) = command.items()
    clauses = {"filter": {"_id": found}, "projection": {"$vector": 1}}
    reply = points({name: {**arguments, **clauses, "options": AFTER}})
    assert projected(reply) == SHOWN[::-1]
    assert projected(points({"findOne": clauses})) == SHOWN[::-1]


def test_a_vector_that_stays(points: Post) -> None:
    """A change of another field shows the vector as it was."""
    update = {"filter": {"_id": 1}, "update": {"$set": {"a": 1}}, "projection": {"$vector": 1}}
    assert projected(points({"findOneAndUpdate": {**update, "options": AFTER}})) == SHOWN


@pytest.mark.parametrize("name", ["find", "findOne"])
def test_the_sort_vector(points: Post, name: str) -> None:
    """The vector that was sorted by, as it was sorted by."""
    reply = points({name: {"sort": {"$vector": WRITTEN}, **ASKED}})
    assert reply["status"]["sortVector"] == SHOWN


def test_the_similarity(points: Post) -> None:
    """A ``float`` of the database as well; that of the cosine is (1 + 14 / sqrt(14 * 17)) / 2."""
    points({"updateOne": {"filter": {"_id": 1}, "update": {"$set": {"$vector": [1, 2, 3]}}}})
    sorting = {"sort": {"$vector": [2, 3, 2]}, "options": {"includeSimilarity": True}}
    document = points({"findOne": sorting})["data"]["document"]
    assert document["$similarity"] == 0.9537426


@pytest.fixture
def _precise_provider(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that answers with more digits than a vector keeps."""

    def embed(_model: str, texts: list[str], _secret: str) -> list[list[float]]:
        return [[1 / 3, 1 / 7] * 192 for _ in texts]

    monkeypatch.setattr(server.state.embeddings, "embed", embed)


@pytest.mark.usefixtures("_precise_provider")
def test_an_embedded_vector(data_api: PostCommand, keyspace: str, user_access_token: str) -> None:
    """The provider's numbers lose the digits that are not stored."""
    post = collection(data_api, keyspace, vectorizing(user_access_token))
    command = {"filter": {"_id": 1}, "replacement": {"$vectorize": "A dog."}, "options": AFTER}
    show = {"projection": {"$vector": 1}}
    assert projected(post({"findOneAndReplace": {**command, **show}}))[:2] == [
        0.33333334,
        0.14285715,
    ]
    found = post({"findOne": {"sort": {"$vectorize": "A dog."}, **show, **ASKED}})
    assert found["status"]["sortVector"] == projected(found)


def test_vectors_of_tables(new_table: NewTable) -> None:
    """The sort vector, and a vector in a key, which this Cassandra takes (section 7)."""
    columns = {"key": {"type": "vector", "dimension": 3}, "v": {"type": "vector", "dimension": 3}}
    post = new_table(columns, "key")
    post({"createVectorIndex": {"name": "nearest", "definition": {"column": "v"}}})
    inserted = post({"insertOne": {"document": {"key": WRITTEN, "v": WRITTEN}}})
    assert inserted["status"]["insertedIds"] == [[SHOWN]]
    found = post({"findOne": {"sort": {"v": WRITTEN}, **ASKED}})
    assert found["data"]["document"] == {"key": SHOWN, "v": SHOWN}
    assert found["status"]["sortVector"] == SHOWN


@pytest.fixture
def _deaf_searches(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that is committed, and that the searches' memory has not been told of yet."""
    monkeypatch.setattr(server.state.vectors, "put", lambda *_: None)


@pytest.mark.usefixtures("_deaf_searches")
@pytest.mark.parametrize("name", ["find", "findOne", "findOneAndDelete"])
def test_documents_are_of_one_moment(points: Post, name: str) -> None:
    """A new text or field is never shown beside the old vector."""
    points({"find": {"sort": {"$vector": WRITTEN}}})  # from now on the vectors are in memory
    change = {"$set": {"$vector": [1, 2, 3], "a": 1}}
    points({"updateOne": {"filter": {"_id": 1}, "update": change}})
    data = points({name: {"filter": {"_id": 1}, "projection": {"*": 1}}})["data"]
    document = data["document"] if "document" in data else data["documents"][0]
    assert document == {"_id": 1, "a": 1, "$vector": [1, 2, 3]}


@pytest.mark.usefixtures("_deaf_searches")
def test_rows_are_of_one_moment(new_table: NewTable) -> None:
    """The same of tables."""
    post = new_table({"id": "int", "v": {"type": "vector", "dimension": 3}, "a": "int"}, "id")
    post({"createVectorIndex": {"name": "nearest", "definition": {"column": "v"}}})
    post({"insertOne": {"document": {"id": 1, "v": WRITTEN}}})
    post({"find": {"sort": {"v": WRITTEN}}})
    post({"insertOne": {"document": {"id": 1, "v": [1, 2, 3], "a": 1}}})
    assert post({"findOne": {}})["data"]["document"] == {"id": 1, "v": [1, 2, 3], "a": 1}
