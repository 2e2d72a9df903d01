"""Objects and arrays deep in each other: answered, or refused with the vendor's code for limits.

The vendor's parser allows 1000 levels, documents 16 (DocumentLimitsConfig); more is
SHRED_DOC_LIMIT_VIOLATION (FrameworkExceptionMapper). Requests may be less deep here
(docs/differences.md); whatever is let in must be answered.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api.request_json import MAX_NESTING
from tests.server.conftest import NewTable, PostCommand, PostToTable

LIMIT = ["SHRED_DOC_LIMIT_VIOLATION"]

Json = dict[str, Any]


def codes(reply: Json) -> list[str]:
    """The codes of a reply's errors."""
    return [error["errorCode"] for error in reply.get("errors", [])]


def depth(value: object) -> int:
    """How deep objects and arrays lie in each other."""
    text = json.dumps(value)
    levels = [0]
    for character in text:
        levels.append(levels[-1] + (character in "[{") - (character in "]}"))
    return max(levels)


def nested(inner: object, *layers: str, room: int) -> Any:
    """A value in as many objects as there is room for; in arrays where the member is a relation."""
    value = inner
    while True:
        for name in layers:
            outer = {name: [value] if name in {"$and", "$or"} else value}
            if depth(outer) > room:
                return value
            value = outer


@pytest.fixture
def post(data_api: PostCommand, keyspace: str) -> PostToTable:
    """Posts to a collection of one document."""
    data_api({"createCollection": {"name": "notes"}}, keyspace)
    data_api({"insertOne": {"document": {"_id": "a", "n": 1, "list": []}}}, keyspace, "notes")
    return lambda command: data_api(command, keyspace, "notes")


@pytest.mark.parametrize("room", [MAX_NESTING - 2, MAX_NESTING - 3])
@pytest.mark.parametrize("layers", [("$and",), ("$or",), ("$and", "$not", "$not"), ("$not",)])
def test_deep_filters_are_answered(post: PostToTable, layers: tuple[str, ...], room: int) -> None:
    """Relations as deep as a request may be mean what they say; deeper ones are refused."""
    clause = nested({"n": 1}, *layers, room=room)
    turned = json.dumps(clause).count("$not") % 2
    for command in ({"countDocuments": {"filter": clause}}, {"find": {"filter": clause}}):
        reply = post(command)
        assert codes(reply) == []
        found = reply.get("status", {}).get(
            "count", len(reply.get("data", {}).get("documents", []))
        )
        assert found == 1 - turned
    deeper = nested({"n": 1}, *layers, room=2 * MAX_NESTING)
    assert codes(post({"find": {"filter": deeper}})) == LIMIT


@pytest.mark.parametrize("operator", ["$eq", "$ne", "$in", "$all"])
def test_deep_operands_are_compared(post: PostToTable, operator: str) -> None:
    """No document is that deep, so nothing is equal to them."""
    operand = nested(1, "a", room=MAX_NESTING - 6)
    listed = operand if operator in {"$eq", "$ne"} else [operand]
    reply = post({"find": {"filter": {"list": {operator: listed}}}})
    assert codes(reply) == []
    assert len(reply["data"]["documents"]) == (operator == "$ne")
    deeper = nested(1, "a", room=MAX_NESTING)
    assert codes(post({"find": {"filter": {"list": {operator: deeper}}}})) == LIMIT


@pytest.mark.parametrize("room", [20, MAX_NESTING - 6, MAX_NESTING, 4 * MAX_NESTING])
@pytest.mark.parametrize("operator", ["$set", "$push", "$addToSet", "$min", "$max"])
def test_deep_values_are_refused(post: PostToTable, operator: str, room: int) -> None:
    """Whether the document or the request is too deep, the code is the same."""
    value = nested(1, "a", room=room)
    field = "list" if operator in {"$push", "$addToSet"} else "new"
    update = {"filter": {"_id": "a"}, "update": {operator: {field: value}}}
    assert codes(post({"updateOne": update})) == LIMIT
    assert codes(post({"insertOne": {"document": {"x": value}}})) == LIMIT
    replacement = {"filter": {"_id": "a"}, "replacement": {"x": value}}
    assert codes(post({"findOneAndReplace": replacement})) == LIMIT


@pytest.mark.parametrize("layers", [("$and",), ("$or",), ("$not",), ("$and", "$not", "$not")])
def test_deep_filters_of_tables_are_answered(new_table: NewTable, layers: tuple[str, ...]) -> None:
    """Tables take the same depth."""
    post = new_table({"id": "int", "n": "int"}, "id")
    post({"insertOne": {"document": {"id": 1, "n": 1}}})
    clause = nested({"n": 1}, *layers, room=MAX_NESTING - 2)
    turned = json.dumps(clause).count("$not") % 2
    reply = post({"find": {"filter": clause}})
    assert codes(reply) == []
    assert len(reply["data"]["documents"]) == 1 - turned
    deeper = nested({"n": 1}, *layers, room=2 * MAX_NESTING)
    assert codes(post({"find": {"filter": deeper}})) == LIMIT


def test_deep_projections_and_sorts_are_answered(post: PostToTable) -> None:
    """What no document has is simply not shown; a sort is refused by its own rules."""
    reply = post({"find": {"projection": nested(1, "a", room=MAX_NESTING - 2)}})
    assert reply["data"]["documents"] == [{"_id": "a"}]
    sort = nested(1, "a", room=MAX_NESTING - 2)
    assert codes(post({"find": {"sort": sort}})) == ["SORT_CLAUSE_VALUE_INVALID"]
