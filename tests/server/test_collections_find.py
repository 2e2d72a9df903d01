"""find, findOne and the counts on collections (data-api.md, section 6)."""

from __future__ import annotations

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


@pytest.fixture
def numbers(data_api: PostCommand, keyspace: str) -> Post:
    """A collection of 120 documents with ``_id`` 0 to 119."""
    post = collection(data_api, keyspace, {})
    for start in (0, 60):
        post(insert(*[{"_id": n, "half": n // 2, "odd": n % 2} for n in range(start, start + 60)]))
    return post


@pytest.fixture
def points(data_api: PostCommand, keyspace: str) -> Post:
    """A collection of vectors: to the east, north-east and north, and one without vector."""
    post = collection(data_api, keyspace, {"vector": {"dimension": 2}})
    post(
        insert(
            {"_id": "east", "$vector": [1, 0], "far": False},
            {"_id": "north-east", "$vector": [1, 1], "far": True},
            {"_id": "north", "$vector": [0, 1], "far": True},
            {"_id": "nowhere"},
        )
    )
    return post


@pytest.fixture
def passages(data_api: PostCommand, keyspace: str, user_access_token: str) -> Post:
    """A collection of three texts, vectorized."""
    post = collection(data_api, keyspace, vectorizing(user_access_token))
    texts = ("A dog barks at night.", "The stock market fell.", "Cats like to sleep.")
    post(insert(*[{"_id": n, "$vectorize": text} for n, text in enumerate(texts)]))
    return post


def test_pages(numbers: Post) -> None:
    """Without a sort, documents come in pages of 50, each with the state of the next."""
    seen: list[int] = []
    sizes: list[int] = []
    state = None
    while True:
        reply = numbers({"find": {"options": {"pageState": state} if state else {}}})
        documents = reply["data"]["documents"]
        sizes.append(len(documents))
        seen += [document["_id"] for document in documents]
        state = reply["data"]["nextPageState"]
        if state is None:
            break
    assert sizes == [50, 50, 20]
    assert seen == list(range(120))


def test_page_state_that_cannot_be_decoded(numbers: Post) -> None:
    """A foreign page state makes the server fall over, as the real one."""
    reply = numbers({"find": {"options": {"pageState": "no state"}}})
    assert codes(reply) == ["UNEXPECTED_SERVER_ERROR"]


@pytest.mark.parametrize(
    ("find", "ids"),
    [
        ({"filter": {"_id": 7}}, [7]),
        ({"filter": {"_id": {"$in": [9, 7, 500]}}}, [7, 9]),
        ({"filter": {"_id": 7, "odd": 0}}, []),
        ({"filter": {"half": 30}}, [60, 61]),
        ({"filter": {"half": {"$gte": 58}, "odd": 1}}, [117, 119]),
        ({"filter": {"$or": [{"half": 1}, {"half": 2}]}}, [2, 3, 4, 5]),
        ({"sort": {"half": -1, "odd": 1}, "options": {"limit": 3}}, [118, 119, 116]),
        ({"sort": {"half": 1, "odd": -1}, "options": {"limit": 2, "skip": 1}}, [0, 3]),
        ({"options": {"limit": 2}}, [0, 1]),
        ({"filter": {"odd": 1}, "options": {"limit": 2}}, [1, 3]),
    ],
)
def test_found_documents(numbers: Post, find: dict[str, Any], ids: list[int]) -> None:
    """Filter, sort, skip and limit decide what is found, in which order."""
    assert found_ids(numbers, **find) == ids


def test_find_one(numbers: Post) -> None:
    """findOne answers the document, or null."""
    found = {"data": {"document": {"_id": 7, "half": 3, "odd": 1}}}
    assert numbers({"findOne": {"filter": {"_id": 7}}}) == found
    assert numbers({"findOne": {"filter": {"_id": 500}}}) == {"data": {"document": None}}


def test_counts(numbers: Post) -> None:
    """countDocuments counts what matches, estimatedDocumentCount all."""
    counted = {"status": {"count": 60}}
    assert numbers({"countDocuments": {"filter": {"odd": 1}}}) == counted
    assert numbers({"estimatedDocumentCount": {}})["status"]["count"] == 120


def test_limit_counts_over_all_pages(numbers: Post) -> None:
    """A limit above the page's size is respected by the pages together."""
    options = {"limit": 70}
    first = numbers({"find": {"options": options}})["data"]
    state = {**options, "pageState": first["nextPageState"]}
    second = numbers({"find": {"options": state}})["data"]
    assert [len(first["documents"]), len(second["documents"])] == [50, 20]
    assert second["nextPageState"] is None


def test_count_above_a_thousand(data_api: PostCommand, keyspace: str) -> None:
    """countDocuments counts to 1000 and says that there are more."""
    post = collection(data_api, keyspace, {})
    for _ in range(11):
        post(insert(*[{} for _ in range(100)]))
    assert post({"countDocuments": {}}) == {"status": {"count": 1000, "moreData": True}}


@pytest.mark.parametrize(
    ("find", "ids"),
    [
        ({"sort": {"$vector": [1, 0]}, "filter": {"_id": "north"}}, ["north"]),
        ({"filter": {"$vector": {"$exists": True}}}, ["east", "north-east", "north"]),
    ],
)
def test_vector_search(points: Post, find: dict[str, Any], ids: list[str]) -> None:
    """A vector sort respects limit, skip and filter."""
    assert found_ids(points, **find) == ids


def test_vector_search_has_one_page(numbers: Post, data_api: PostCommand, keyspace: str) -> None:
    """Without a limit a vector sort answers more than a page at once, and no next page."""
    options = {"vector": {"dimension": 1}}
    data_api({"createCollection": {"name": "many", "options": options}}, keyspace)
    documents = [{"$vector": [n + 1]} for n in range(80)]
    data_api(insert(*documents), keyspace, "many")
    reply = data_api({"find": {"sort": {"$vector": [1]}}}, keyspace, "many")
    assert len(reply["data"]["documents"]) == 80
    assert reply["data"]["nextPageState"] is None


@pytest.mark.parametrize("state", ["of an unsorted find", "no state at all"])
def test_a_sort_by_fields_has_one_page(numbers: Post, state: str) -> None:
    """It answers 50 documents at most, and ignores a page state, as the vendor's source does."""
    unsorted = numbers({"find": {}})["data"]["nextPageState"]
    options = {"pageState": unsorted if state == "of an unsorted find" else state}
    for more in ({}, {"options": options}):
        data = numbers({"find": {"sort": {"_id": -1}, **more}})["data"]
        assert [document["_id"] for document in data["documents"]] == list(range(119, 69, -1))
        assert data["nextPageState"] is None


def test_sort_by_text(passages: Post) -> None:
    """A text finds the passage that is nearest in meaning."""
    options = {"limit": 1, "includeSimilarity": True, "includeSortVector": True}
    reply = passages({"find": {"sort": {"$vectorize": "a puppy"}, "options": options}})
    (document,) = reply["data"]["documents"]
    assert document["_id"] == 0
    assert 0.5 < document["$similarity"] < 1
    assert len(reply["status"]["sortVector"]) == 384


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ({"n": 2}, "SORT_CLAUSE_VALUE_INVALID"),
        ({"n": "asc"}, "SORT_CLAUSE_VALUE_INVALID"),
        ({"$n": 1}, "SORT_CLAUSE_PATH_INVALID"),
        ({"a..b": 1}, "SORT_CLAUSE_PATH_INVALID"),
        ({"$lexical": "a"}, "LEXICAL_NOT_ENABLED_FOR_COLLECTION"),
    ],
)
def test_refused_sort(passages: Post, sort: dict[str, Any], expected: str) -> None:
    """What cannot be sorted by is refused with its code."""
    assert codes(passages({"find": {"sort": sort}})) == [expected]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"skip": 1}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"skip": 0}, "COMMAND_FIELD_VALUE_INVALID"),
    ],
)
def test_refused_find_options(numbers: Post, options: dict[str, Any], expected: str) -> None:
    """Options of find are checked; skip needs a sort."""
    assert codes(numbers({"find": {"options": options}})) == [expected]


def test_paths_that_are_not_indexed(data_api: PostCommand, keyspace: str) -> None:
    """What is not indexed can be read but neither filtered nor sorted by."""
    post = collection(data_api, keyspace, {"indexing": {"deny": ["secret"]}})
    post(insert({"_id": 1, "secret": "s", "open": "o"}))
    assert codes(post({"find": {"filter": {"secret": "s"}}})) == ["FILTER_PATH_UNINDEXED"]
    assert codes(post({"find": {"sort": {"secret": 1}}})) == ["SORT_CLAUSE_PATH_UNINDEXED"]
    assert found_ids(post, filter={"open": "o"}) == [1]


def test_wrong_key_fails_texts_only(passages: Post) -> None:
    """With a wrong key texts cannot be searched for, but documents and vectors still can."""
    wrong = {"x-embedding-api-key": "wrong"}
    reply = passages({"find": {"sort": {"$vectorize": "a"}}}, **wrong)
    assert codes(reply) == ["EMBEDDING_PROVIDER_CLIENT_ERROR"]
    assert len(found_ids(passages, sort={"$vector": [1.0] * 384})) == 3
