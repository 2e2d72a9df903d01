"""What filters over documents match, and what the Data API refuses as a filter."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api.collections.filter_parsing import parse_filter
from pulumi_astra_vectorize.server.data_api.collections.filters import id_keys
from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing, parse_indexing
from pulumi_astra_vectorize.server.data_api.envelope import Failure

BOOK = {
    "_id": 7,
    "title": "Emma",
    "pages": 474,
    "price": 9.5,
    "lent": False,
    "due": {"$date": 1700000000000},
    "returned": None,
    "tags": ["classic", "novel", 3],
    "author": {"name": "Austen", "born": 1775},
    "price.usd": 11,
    "copies": [{"shelf": "A"}, {"shelf": "B"}],
    "isbn": {"$uuid": "6f1c9a3e-0000-4000-8000-00000000ABCD"},
}


@pytest.mark.parametrize(
    "clause",
    [
        {},
        {"title": "Emma"},
        {"title": {"$eq": "Emma"}},
        {"title": {"$ne": "Persuasion"}},
        {"publisher": {"$ne": "Murray"}},
        {"title": {"$in": ["Emma", "Persuasion"]}},
        {"title": {"$nin": ["Persuasion"]}},
        {"tags": "novel"},
        {"tags": {"$in": ["poem", "novel"]}},
        {"tags": {"$eq": ["classic", "novel", 3]}},
        {"tags": {"$all": ["novel", "classic"]}},
        {"tags": {"$size": 3}},
        {"tags.1": "novel"},
        {"copies.1.shelf": "B"},
        {"pages": {"$gt": 400, "$lt": 500}},
        {"pages": 474.0},
        {"pages": {"$gte": 474}},
        {"price": {"$lte": 9.5}},
        {"due": {"$gt": {"$date": 1600000000000}}},
        {"lent": False},
        {"returned": None},
        {"returned": {"$exists": True}},
        {"publisher": {"$exists": False}},
        {"author": {"name": "Austen", "born": 1775}},
        {"author.born": {"$lt": 1800}},
        {"price&.usd": 11},
        {"isbn": {"$uuid": "6f1c9a3e-0000-4000-8000-00000000abcd"}},
        {"$or": [{"title": "Persuasion"}, {"pages": 474}]},
        {"$and": [{"title": "Emma"}, {"pages": 474}]},
        {"$not": {"title": "Persuasion"}},
        {"$not": {"pages": {"$gt": 500}}},
        {"$not": {"$or": [{"title": "Persuasion"}, {"pages": 1}]}},
        {"_id": 7},
        {"_id": {"$in": [7, 8]}},
    ],
)
def test_matching_filter(clause: dict[str, Any]) -> None:
    """A filter that describes the document matches it."""
    assert parse_filter(clause, Indexing()).field_tests().matches(BOOK)


@pytest.mark.parametrize(
    "clause",
    [
        {"title": "emma"},
        {"title": {"$ne": "Emma"}},
        {"tags": {"$ne": "novel"}},
        {"tags": {"$nin": ["novel"]}},
        {"tags": {"$eq": ["novel", "classic", 3]}},
        {"tags": {"$all": ["novel", "poem"]}},
        {"tags": {"$size": 2}},
        {"title": {"$size": 4}},
        {"pages": "474"},
        {"pages": {"$gt": "4"}},
        {"lent": 0},
        {"lent": {"$gte": 0}},
        {"tags": {"$gt": "a"}},
        {"publisher": None},
        {"publisher": {"$exists": True}},
        {"publisher": {"$gt": ""}},
        {"author": {"born": 1775, "name": "Austen"}},
        {"copies.shelf": "A"},
        {"tags.9": 3},
        {"$not": {"publisher": {"$gt": "A"}}},
        {"$or": [{"title": "Persuasion"}, {"pages": 1}]},
        {"$and": [{"title": "Emma"}, {"pages": 1}]},
        {"_id": "7"},
        {"title": {"$in": []}},
    ],
)
def test_filter_that_does_not_match(clause: dict[str, Any]) -> None:
    """A filter that does not describe the document leaves it out; kinds of values never mix."""
    assert not parse_filter(clause, Indexing()).field_tests().matches(BOOK)


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ([], "FILTER_UNSUPPORTED_DATA_TYPE"),
        ({"$or": ["a"]}, "FILTER_UNSUPPORTED_DATA_TYPE"),
        ({"title": {"$regex": "E"}}, "FILTER_UNSUPPORTED_OPERATOR"),
        ({"title": ["Emma"]}, "FILTER_INVALID_EXPRESSION"),
        ({"title": {"$in": "Emma"}}, "FILTER_INVALID_EXPRESSION"),
        ({"title": {"$in": [*range(101)]}}, "FILTER_INVALID_EXPRESSION"),
        ({"title": {"$exists": 1}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": {"$all": []}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": {"$size": -1}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": {"$size": 1.5}}, "FILTER_INVALID_EXPRESSION"),
        ({"pages": {"$gt": None}}, "FILTER_INVALID_EXPRESSION"),
        ({"pages": {"$gt": [1]}}, "FILTER_INVALID_EXPRESSION"),
        ({"due": {"$date": "today"}}, "FILTER_INVALID_EXPRESSION"),
        ({"author": {"name": {"$gt": 1}}}, "FILTER_INVALID_EXPRESSION"),
        ({"": 1}, "FILTER_INVALID_EXPRESSION"),
        ({"a..b": 1}, "FILTER_INVALID_EXPRESSION"),
        ({"$where": 1}, "FILTER_INVALID_EXPRESSION"),
        ({"$vectorize": "text"}, "FILTER_INVALID_EXPRESSION"),
        ({"$vector": [1.0]}, "FILTER_INVALID_EXPRESSION"),
        ({"$or": [{"_id": 1}, {"a": 1}]}, "FILTER_INVALID_EXPRESSION"),
        ({"$and": [{"_id": 1}, {"_id": 2}]}, "FILTER_MULTIPLE_ID_FILTER"),
        ({f"field{number}": 1 for number in range(65)}, "FILTER_FIELDS_LIMIT_VIOLATION"),
    ],
)
def test_refused_filter(clause: object, code: str) -> None:
    """What the Data API does not take as a filter is refused with its code, of scope FILTER."""
    with pytest.raises(Failure) as refused:
        parse_filter(clause, Indexing())
    assert (refused.value.scope, refused.value.code) == ("FILTER", code)


@pytest.mark.parametrize(
    ("indexing", "clause", "code"),
    [
        ({"deny": ["notes"]}, {"notes": 1}, "FILTER_PATH_UNINDEXED"),
        ({"deny": ["notes"]}, {"notes.first": 1}, "FILTER_PATH_UNINDEXED"),
        ({"deny": ["notes"]}, {"title": 1}, None),
        ({"allow": ["author.name"]}, {"author.name": 1}, None),
        ({"allow": ["author.name"]}, {"author": 1}, "FILTER_PATH_UNINDEXED"),
        ({"allow": ["author"]}, {"author.name": 1}, None),
        ({"deny": ["*"]}, {"title": 1}, "FILTER_PATH_UNINDEXED"),
        ({"deny": ["*"]}, {"_id": 1}, None),
        ({"deny": ["*"]}, {"_id": {"$ne": 1}}, "FILTER_ID_NOT_INDEXED"),
        ({"deny": ["*"]}, {"$vector": {"$exists": True}}, None),
        ({"allow": ["*"]}, {"title": 1}, None),
    ],
)
def test_indexing_decides_what_can_be_filtered(
    indexing: dict[str, Any], clause: dict[str, Any], code: str | None
) -> None:
    """Only indexed paths can be filtered on; ``_id`` always by equality."""
    assert _refusal(clause, parse_indexing(indexing)) == code


def _refusal(clause: dict[str, Any], indexing: Indexing) -> str | None:
    try:
        parse_filter(clause, indexing)
    except Failure as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("clause", "keys"),
    [
        ({"_id": "a"}, {'"a"'}),
        (
            {"_id": {"$uuid": "6F1C9A3E-0000-4000-8000-00000000ABCD"}, "n": 1},
            {'"6f1c9a3e-0000-4000-8000-00000000abcd"'},
        ),
        ({"$and": [{"n": 1}, {"_id": {"$in": [1, 2.0]}}]}, {"1", "2"}),
        ({"_id": {"$ne": "a"}}, None),
        ({"n": 1}, None),
    ],
)
def test_keys_of_an_id_filter(clause: dict[str, Any], keys: set[str] | None) -> None:
    """A filter that fixes ``_id`` names the keys to read, so that no other document is read."""
    assert id_keys(parse_filter(clause, Indexing())) == keys
