"""What update clauses make of documents."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api.collections.updates import parse_update
from pulumi_astra_vectorize.server.data_api.envelope import Failure


@pytest.mark.parametrize(
    ("before", "clause", "after"),
    [
        ({}, {"$set": {"a": 1, "b.c": 2}}, {"a": 1, "b": {"c": 2}}),
        ({"a": [1]}, {"$set": {"a.2": 3}}, {"a": [1, None, 3]}),
        ({}, {"$set": {"a&.b": 1}}, {"a.b": 1}),
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"$unset": {"a": "", "b.c": ""}}, {"b": {"d": 3}}),
        ({"a": 1}, {"$unset": {"x.y": ""}}, {"a": 1}),
        ({"n": 1}, {"$inc": {"n": 2, "m": -1}}, {"n": 3, "m": -1}),
        ({"n": 3}, {"$mul": {"n": 2, "m": 5}}, {"n": 6, "m": 0}),
        ({"n": 3}, {"$min": {"n": 2, "m": 9}}, {"n": 2, "m": 9}),
        ({"n": 3}, {"$min": {"n": 4}}, {"n": 3}),
        ({"n": 3}, {"$max": {"n": 4, "m": 9}}, {"n": 4, "m": 9}),
        ({"n": 3}, {"$max": {"n": "a"}}, {"n": "a"}),
        ({"a": {"b": 1}}, {"$rename": {"a.b": "c"}}, {"a": {}, "c": 1}),
        ({}, {"$rename": {"a": "b"}}, {}),
        ({"a": [1]}, {"$push": {"a": 2, "b": {"c": 3}}}, {"a": [1, 2], "b": [{"c": 3}]}),
        ({"a": [1, 4]}, {"$push": {"a": {"$each": [2, 3], "$position": 1}}}, {"a": [1, 2, 3, 4]}),
        ({"a": [1, 4]}, {"$push": {"a": {"$each": [2], "$position": -1}}}, {"a": [1, 2, 4]}),
        ({"a": []}, {"$push": {"a": {"$date": 5}}}, {"a": [{"$date": 5}]}),
        ({"a": [1, 2, 3]}, {"$pop": {"a": 1}}, {"a": [1, 2]}),
        ({"a": [1, 2, 3]}, {"$pop": {"a": -1, "b": 1}}, {"a": [2, 3]}),
        ({"a": [1]}, {"$addToSet": {"a": 1.0}}, {"a": [1]}),
        ({"a": [1]}, {"$addToSet": {"a": {"$each": [1, 2, 2]}}}, {"a": [1, 2]}),
        ({"a": 1}, {"$setOnInsert": {"b": 2}}, {"a": 1}),
        ({"$vectorize": "t", "$vector": [1.0]}, {"$unset": {"$vectorize": ""}}, {}),
        ({"$vectorize": "t", "$vector": [1.0]}, {"$set": {"$vector": [2.0]}}, {"$vector": [2.0]}),
    ],
)
def test_update(before: dict[str, Any], clause: dict[str, Any], after: dict[str, Any]) -> None:
    """Each operator does to a document what its name says."""
    assert parse_update(clause).edited(before) == after


def test_update_leaves_the_document_as_it_was() -> None:
    """The document given is not changed: it is compared with the result afterwards."""
    document = {"a": {"b": [1]}}
    parse_update({"$push": {"a.b": 2}}).edited(document)
    assert document == {"a": {"b": [1]}}


def test_upsert_applies_set_on_insert() -> None:
    """$setOnInsert counts only where a document is made, and may give it its ``_id``."""
    update = parse_update({"$setOnInsert": {"_id": 5, "b": 2}, "$set": {"c": 3}})
    assert update.inserted({"a": 1}) == {"a": 1, "_id": 5, "b": 2, "c": 3}


def test_current_date() -> None:
    """$currentDate writes the present as a $date in milliseconds."""
    updated = parse_update({"$currentDate": {"at": True}}).edited({})
    assert updated["at"]["$date"] > 1_700_000_000_000


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ({"$explode": {"a": 1}}, "UNSUPPORTED_UPDATE_OPERATION"),
        ({"a": 1}, "UNSUPPORTED_UPDATE_OPERATION"),
        ({"$set": 1}, "UNSUPPORTED_UPDATE_DATA_TYPE"),
        ({"$set": {"_id": 1}}, "UNSUPPORTED_UPDATE_OPERATOR_FOR_DOC_ID"),
        ({"$inc": {"$vector": 1}}, "UNSUPPORTED_UPDATE_OPERATOR_FOR_VECTOR"),
        ({"$push": {"$vectorize": "a"}}, "UNSUPPORTED_UPDATE_OPERATOR_FOR_VECTORIZE"),
        ({"$set": {"$where": 1}}, "UNSUPPORTED_UPDATE_OPERATION_MODIFIER"),
        ({"$push": {"a": {"$each": [1], "$sort": 1}}}, "UNSUPPORTED_UPDATE_OPERATION_MODIFIER"),
        ({"$set": {"a..b": 1}}, "UNSUPPORTED_UPDATE_OPERATION_PATH"),
        ({"$rename": {"a": "a"}}, "UNSUPPORTED_UPDATE_OPERATION_PATH"),
        ({"$inc": {"a": "1"}}, "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
        ({"$pop": {"a": 2}}, "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
        ({"$push": {"a": {"$each": 1}}}, "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
        ({"$currentDate": {"a": "now"}}, "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
        ({"$set": {"a": 1}, "$unset": {"a": 1}}, "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
        ({"$set": {"a": 1}, "$inc": {"a.b": 1}}, "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
    ],
)
def test_refused_update(clause: dict[str, Any], code: str) -> None:
    """What is no update is refused with the vendor's code, of scope UPDATE."""
    with pytest.raises(Failure) as refused:
        parse_update(clause)
    assert (refused.value.scope, refused.value.code) == ("UPDATE", code)


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ({"$set": {"text.x": 1}}, "UNSUPPORTED_UPDATE_OPERATION_PATH"),
        ({"$set": {"list.x": 1}}, "UNSUPPORTED_UPDATE_OPERATION_PATH"),
        ({"$set": {"list.999999999": 1}}, "UNSUPPORTED_UPDATE_OPERATION_PATH"),
        ({"$rename": {"list.0": "x"}}, "UNSUPPORTED_UPDATE_OPERATION_PATH"),
        ({"$inc": {"text": 1}}, "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
        ({"$push": {"text": 1}}, "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
        ({"$pop": {"text": 1}}, "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
    ],
)
def test_update_that_does_not_fit_the_document(clause: dict[str, Any], code: str) -> None:
    """An operator is refused where the document's value cannot take it."""
    with pytest.raises(Failure) as refused:
        parse_update(clause).edited({"text": "a", "list": [1]})
    assert refused.value.code == code
