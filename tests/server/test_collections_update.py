"""Updates, replacements and deletions on collections (data-api.md, section 6)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.server.collection_posts import (
    Post,
    codes,
    collection,
    found_ids,
    insert,
    vectorizing,
)
from tests.server.conftest import PostCommand

UNCHANGED = {"matchedCount": 1, "modifiedCount": 0}
CHANGED = {"matchedCount": 1, "modifiedCount": 1}
UNMATCHED = {"matchedCount": 0, "modifiedCount": 0}


@pytest.fixture
def numbers(data_api: PostCommand, keyspace: str) -> Post:
    """A collection of 30 documents with ``_id`` and ``n`` 0 to 29."""
    post = collection(data_api, keyspace, {})
    post(insert(*[{"_id": n, "n": n, "even": n % 2 == 0} for n in range(30)]))
    return post


@pytest.fixture
def passages(data_api: PostCommand, keyspace: str, user_access_token: str) -> Post:
    """A collection that vectorizes, with one text of ``_id`` 1."""
    post = collection(data_api, keyspace, vectorizing(user_access_token))
    reply = post(insert({"_id": 1, "$vectorize": "A dog barks."}))
    assert reply == {"status": {"insertedIds": [1]}}
    return post


def whole(post: Post, document_id: Any) -> dict[str, Any]:
    """A document with its vector."""
    find = {"filter": {"_id": document_id}, "projection": {"*": 1}}
    document: dict[str, Any] = post({"findOne": find})["data"]["document"]
    return document


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ({"filter": {"_id": 1}, "update": {"$set": {"n": 5}}}, CHANGED),
        ({"filter": {"_id": 1}, "update": {"$set": {"n": 1}}}, UNCHANGED),
        ({"filter": {"_id": 99}, "update": {"$set": {"n": 5}}}, UNMATCHED),
        ({"sort": {"n": -1}, "update": {"$set": {"n": 5}}}, CHANGED),
        ({"filter": {"even": True}, "update": {"$inc": {"n": 0}}}, UNCHANGED),
    ],
)
def test_update_one(numbers: Post, command: dict[str, Any], status: dict[str, int]) -> None:
    """updateOne says whether a document matched and whether it changed."""
    assert numbers({"updateOne": command}) == {"status": status}


def test_update_one_by_sort(numbers: Post) -> None:
    """The first document of the sort is the one that changes."""
    numbers({"updateOne": {"sort": {"n": -1}, "update": {"$set": {"last": True}}}})
    assert found_ids(numbers, filter={"last": True}) == [29]


def test_update_many_goes_on(numbers: Post) -> None:
    """updateMany changes 20 documents and says how to go on with the rest."""
    update = {"update": {"$inc": {"n": 100}}}
    first = numbers({"updateMany": update})["status"]
    assert (first["modifiedCount"], first["moreData"]) == (20, True)
    options = {"pageState": first["nextPageState"]}
    assert numbers({"updateMany": {**update, "options": options}}) == {
        "status": {"matchedCount": 10, "modifiedCount": 10}
    }
    assert numbers({"countDocuments": {"filter": {"n": {"$gte": 100}}}})["status"]["count"] == 30


def test_upsert(numbers: Post) -> None:
    """An upsert makes a document of the filter's equalities and the update."""
    update = {
        "filter": {"_id": 77, "kind": "new", "n": {"$gt": 5}},
        "update": {"$set": {"a.b": 1}, "$setOnInsert": {"first": True}},
        "options": {"upsert": True},
    }
    assert numbers({"updateOne": update}) == {"status": {**UNMATCHED, "upsertedId": 77}}
    made = {"_id": 77, "kind": "new", "a": {"b": 1}, "first": True}
    assert whole(numbers, 77) == made


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, {"_id": 1, "n": 1}),
        ({"returnDocument": "before"}, {"_id": 1, "n": 1}),
        ({"returnDocument": "after"}, {"_id": 1, "n": 2}),
    ],
)
def test_find_one_and_update(numbers: Post, options: dict[str, str], shown: dict[str, int]) -> None:
    """The document is shown as it was, or on request as it is now."""
    command = {
        "filter": {"_id": 1},
        "update": {"$inc": {"n": 1}},
        "projection": {"n": 1},
        "options": options,
    }
    reply = numbers({"findOneAndUpdate": command})
    assert reply == {"data": {"document": shown}, "status": CHANGED}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_find_one_and_update_upserts(numbers: Post, moment: str) -> None:
    """There is nothing to show before an upsert."""
    command = {
        "filter": {"_id": 77},
        "update": {"$set": {"n": 1}},
        "options": {"upsert": True, "returnDocument": moment},
    }
    reply = numbers({"findOneAndUpdate": command})
    shown = {"_id": 77, "n": 1} if moment == "after" else None
    assert reply == {
        "data": {"document": shown},
        "status": {**UNMATCHED, "upsertedId": 77},
    }


def test_find_one_and_replace(numbers: Post) -> None:
    """A replacement takes the document's place and keeps its ``_id``."""
    command = {
        "filter": {"_id": 1},
        "replacement": {"fresh": True},
        "options": {"returnDocument": "after"},
    }
    reply = numbers({"findOneAndReplace": command})
    assert reply == {"data": {"document": {"_id": 1, "fresh": True}}, "status": CHANGED}
    assert whole(numbers, 1) == {"_id": 1, "fresh": True}


def test_replacement_with_another_id(numbers: Post) -> None:
    """A document's ``_id`` cannot be replaced."""
    command = {"filter": {"_id": 1}, "replacement": {"_id": 2}}
    assert codes(numbers({"findOneAndReplace": command})) == ["DOCUMENT_REPLACE_DIFFERENT_DOCID"]


def test_new_text_gets_a_new_vector(passages: Post) -> None:
    """Setting $vectorize embeds it anew."""
    before = whole(passages, 1)["$vector"]
    update = {"filter": {"_id": 1}, "update": {"$set": {"$vectorize": "Stocks fell."}}}
    assert passages({"updateOne": update}) == {"status": CHANGED}
    after = whole(passages, 1)
    assert after["$vectorize"] == "Stocks fell."
    assert after["$vector"] != before
    options = {"includeSimilarity": True}
    found = passages({"findOne": {"sort": {"$vectorize": "Stocks fell."}, "options": options}})
    assert found["data"]["document"]["$similarity"] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("update", "shown"),
    [
        ({"$unset": {"$vectorize": ""}}, {"_id": 1}),
        ({"$set": {"$vectorize": None}}, {"_id": 1, "$vectorize": None}),
        ({"$set": {"$vectorize": " "}}, {"_id": 1, "$vectorize": " "}),
        ({"$unset": {"$vector": ""}}, {"_id": 1, "$vectorize": "A dog barks."}),
    ],
)
def test_text_and_vector_removed(
    passages: Post, update: dict[str, Any], shown: dict[str, Any]
) -> None:
    """A removed or blank text has no vector, and the document is found by none."""
    passages({"updateOne": {"filter": {"_id": 1}, "update": update}})
    assert whole(passages, 1) == shown
    assert found_ids(passages, sort={"$vectorize": "dog"}) == []


def test_own_vector_replaces_the_text(passages: Post) -> None:
    """A vector that is set by hand does not go with the old text."""
    vector = [1.0] + [0.0] * 383
    passages({"updateOne": {"filter": {"_id": 1}, "update": {"$set": {"$vector": vector}}}})
    assert whole(passages, 1) == {"_id": 1, "$vector": vector}


def test_plain_update_keeps_the_vector(passages: Post) -> None:
    """An update of other fields needs no provider and leaves text and vector."""
    before = whole(passages, 1)
    update = {"filter": {"_id": 1}, "update": {"$set": {"seen": True}}}
    assert codes(passages({"updateOne": update}, **{"x-embedding-api-key": "wrong"})) == []
    assert whole(passages, 1) == {**before, "seen": True}


def test_replacement_is_embedded(passages: Post) -> None:
    """The text of a replacement gets its vector, an upserted one too."""
    for number in (1, 2):
        command = {
            "filter": {"_id": number},
            "replacement": {"$vectorize": "Cats sleep."},
            "options": {"upsert": True},
        }
        assert codes(passages({"findOneAndReplace": command})) == []
    assert whole(passages, 1)["$vector"] == whole(passages, 2)["$vector"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ({"update": {"$explode": {"a": 1}}}, "UNSUPPORTED_UPDATE_OPERATION"),
        ({"update": {"$set": {"$vectorize": "a"}}}, "EMBEDDING_SERVICE_NOT_CONFIGURED"),
        ({"update": {"$set": {"$vector": [1.0]}}}, "VECTOR_SEARCH_NOT_SUPPORTED"),
        ({"update": {"$set": {"a": {"$b": 1}}}}, "SHRED_BAD_FIELD_NAME"),
        ({}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"update": []}, "REQUEST_STRUCTURE_MISMATCH"),
    ],
)
@pytest.mark.parametrize("name", ["updateOne", "updateMany", "findOneAndUpdate"])
def test_refused_update(numbers: Post, name: str, command: dict[str, Any], expected: str) -> None:
    """What cannot be done to a document is refused with its code, and nothing is changed."""
    assert codes(numbers({name: {"filter": {"_id": 1}, **command}})) == [expected]
    assert whole(numbers, 1) == {"_id": 1, "n": 1, "even": False}


def test_failing_provider_changes_nothing(passages: Post) -> None:
    """An update whose text cannot be embedded leaves the document as it was."""
    before = whole(passages, 1)
    update = {"filter": {"_id": 1}, "update": {"$set": {"$vectorize": "new", "a": 1}}}
    reply = passages({"updateOne": update}, **{"x-embedding-api-key": "wrong"})
    assert codes(reply) == ["EMBEDDING_PROVIDER_CLIENT_ERROR"]
    assert whole(passages, 1) == before


def test_simultaneous_updates(numbers: Post) -> None:
    """No update is lost when many change the same document at once."""
    command = {"updateOne": {"filter": {"_id": 1}, "update": {"$inc": {"n": 1}}}}
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: numbers(command), range(40)))
    assert replies == [{"status": CHANGED}] * 40
    assert whole(numbers, 1)["n"] == 41


def test_simultaneous_upserts(numbers: Post) -> None:
    """Of many upserts of one document one inserts it and the others update it."""
    command = {
        "updateOne": {
            "filter": {"_id": 77},
            "update": {"$inc": {"n": 1}},
            "options": {"upsert": True},
        }
    }
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: numbers(command), range(16)))
    assert sum("upsertedId" in reply["status"] for reply in replies) == 1
    assert whole(numbers, 77)["n"] == 16


@pytest.mark.parametrize(
    ("command", "deleted"),
    [
        ({"filter": {"_id": 1}}, [1]),
        ({"filter": {"even": True}}, [0]),
        ({"filter": {}, "sort": {"n": -1}}, [29]),
        ({"filter": {"_id": 99}}, []),
    ],
)
def test_delete_one(numbers: Post, command: dict[str, Any], deleted: list[int]) -> None:
    """deleteOne removes the first document that matches."""
    assert numbers({"deleteOne": command}) == {"status": {"deletedCount": len(deleted)}}
    assert found_ids(numbers) == [n for n in range(30) if n not in deleted]


def test_delete_one_needs_a_filter(numbers: Post) -> None:
    """Without filter deleteOne is refused by the vendor's name of the member."""
    reply = numbers({"deleteOne": {}})
    assert codes(reply) == ["COMMAND_FIELD_VALUE_INVALID"]
    assert "command.filterDefinition" in reply["errors"][0]["message"]


def test_delete_many(numbers: Post) -> None:
    """deleteMany removes 20 documents a call and says that there are more."""
    command = {"deleteMany": {"filter": {"n": {"$lt": 25}}}}
    assert numbers(command) == {"status": {"deletedCount": 20, "moreData": True}}
    assert numbers(command) == {"status": {"deletedCount": 5}}
    assert found_ids(numbers) == [25, 26, 27, 28, 29]


@pytest.mark.parametrize("command", [{}, {"filter": {}}])
def test_delete_many_without_filter(passages: Post, command: dict[str, Any]) -> None:
    """Without a filter deleteMany empties the collection and does not count."""
    assert passages({"deleteMany": command}) == {"status": {"deletedCount": -1}}
    assert found_ids(passages) == []
    assert found_ids(passages, sort={"$vectorize": "dog"}) == []


def test_find_one_and_delete(passages: Post) -> None:
    """The deleted document is shown, with its vector if asked for, and is found no more."""
    before = whole(passages, 1)
    command = {"findOneAndDelete": {"sort": {"$vectorize": "dog"}, "projection": {"*": 1}}}
    assert passages(command) == {"data": {"document": before}, "status": {"deletedCount": 1}}
    assert passages(command) == {"data": {"document": None}, "status": {"deletedCount": 0}}
