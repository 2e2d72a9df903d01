"""The ordinary life of a collection through astrapy, the vendor's own client."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy import Collection, Database
from astrapy.constants import ReturnDocument
from astrapy.data_types import DataAPIVector
from astrapy.exceptions import (
    CollectionInsertManyException,
    DataAPIResponseException,
)
from astrapy.ids import UUID
from astrapy.info import CollectionDefinition

MODEL = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture
def notes(astrapy_database: Database, user_access_token: str) -> Collection[dict[str, Any]]:
    """A collection that vectorizes, with three texts."""
    definition = (
        CollectionDefinition.builder()
        .with_vector_service(
            provider="huggingface",
            model_name=MODEL,
            authentication={"providerKey": user_access_token},
        )
        .build()
    )
    collection = astrapy_database.create_collection("notes", definition=definition)
    texts = ("A dog barks at night.", "The stock market fell.", "Cats like to sleep.")
    collection.insert_many([{"_id": n, "$vectorize": text} for n, text in enumerate(texts)])
    return collection


def test_definition_is_read_back(notes: Collection[dict[str, Any]]) -> None:
    """The client reads the definition that it wrote, defaults filled in."""
    vector = notes.options().vector
    assert vector is not None
    assert (vector.dimension, vector.metric) == (384, "cosine")
    assert vector.service is not None
    assert vector.service.authentication == {"providerKey": "search-prod.providerKey"}


def test_search_by_text(notes: Collection[dict[str, Any]]) -> None:
    """The passage nearest in meaning comes first, with its similarity."""
    cursor = notes.find({}, sort={"$vectorize": "a puppy"}, include_similarity=True, limit=2)
    found = cursor.to_list()
    assert found[0]["_id"] == 0
    assert found[0]["$similarity"] > found[1]["$similarity"]


def test_search_by_vector(notes: Collection[dict[str, Any]]) -> None:
    """A document's own vector, in the client's binary form, finds it again."""
    document = notes.find_one({"_id": 1}, projection={"*": True})
    assert document is not None
    vector = DataAPIVector(list(document["$vector"]))
    cursor = notes.find({}, sort={"$vector": vector}, include_sort_vector=True, limit=1)
    assert [it["_id"] for it in cursor] == [1]
    assert cursor.get_sort_vector() == pytest.approx(list(vector), abs=1e-6)


def test_life_of_documents(astrapy_database: Database) -> None:
    """Documents are inserted, found, changed, counted and deleted."""
    books = astrapy_database.create_collection("books")
    books.insert_many([{"_id": n, "n": n, "kind": "old"} for n in range(130)])
    assert len(books.find({}).to_list()) == 130
    assert books.update_many({"n": {"$lt": 50}}, {"$set": {"kind": "new"}}).update_info["n"] == 50
    assert books.count_documents({"kind": "new"}, upper_bound=1000) == 50
    after = books.find_one_and_update(
        {"_id": 0}, {"$inc": {"n": 5}}, return_document=ReturnDocument.AFTER
    )
    assert after == {"_id": 0, "n": 5, "kind": "new"}
    assert sorted(books.distinct("kind")) == ["new", "old"]
    assert books.delete_many({"kind": "old"}).deleted_count == 80
    assert books.replace_one({"_id": 1}, {"fresh": True}).update_info["nModified"] == 1
    assert books.delete_one({"_id": 1}).deleted_count == 1
    books.delete_many({})
    assert books.find_one({}) is None


def test_partial_failure(astrapy_database: Database) -> None:
    """The client learns which documents were written and why one was not."""
    books = astrapy_database.create_collection("books")
    with pytest.raises(CollectionInsertManyException) as failed:
        books.insert_many([{"_id": 1}, {"_id": 1}, {"_id": 2}], ordered=False)
    assert failed.value.inserted_ids == [1, 2]
    (problem,) = failed.value.exceptions
    assert isinstance(problem, DataAPIResponseException)
    assert problem.error_descriptors[0].error_code == "DOCUMENT_ALREADY_EXISTS"


def test_types_of_values(astrapy_database: Database) -> None:
    """Ids and values of the client's own types come back as they went."""
    books = astrapy_database.create_collection(
        "books", definition=CollectionDefinition.builder().with_default_id("uuid").build()
    )
    inserted = books.insert_one({"owner": UUID("6f1c9a3e-0000-4000-8000-00000000abcd")})
    assert isinstance(inserted.inserted_id, UUID)
    found = books.find_one({"_id": inserted.inserted_id})
    assert found is not None
    assert found["owner"] == UUID("6f1c9a3e-0000-4000-8000-00000000abcd")


def test_dropping(astrapy_database: Database) -> None:
    """A dropped collection is listed no more, and its name is free."""
    astrapy_database.create_collection("books").insert_one({"_id": 1})
    astrapy_database.drop_collection("books")
    assert astrapy_database.list_collection_names() == []
    assert astrapy_database.create_collection("books").find_one({}) is None
