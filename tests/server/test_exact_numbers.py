"""Numbers keep every digit, as in the vendor's BigDecimal, and none of them breaks a reply.

From the vendor's source: ObjectMapperConfiguration reads fractions as BigDecimal and numbers of at
most 100 characters (docs.datastax.com, Data API limits), more is SHRED_DOC_LIMIT_VIOLATION;
IncOperation and MulOperation calculate in BigDecimal; JSONCodecs take doubleValue() for ``double``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from astrapy import Database
from astrapy.api_options import APIOptions, SerdesOptions

from tests.server.conftest import NewTable, PostCommand, Server

PostText = Callable[[str], dict[str, Any]]

DIGITS = [
    "0.1",
    "1.5",
    "-2.0635595263889274e-35",
    "0.12345678901234567",
    "123456789.12345678901234567890123",
    "100000000000000000000000.5",
    "1e400",
    "-1e-400",
    "9" * 100,
    f"0.{'9' * 99}",
]


def posting_text(server: Server, *path: str) -> PostText:
    """Posts JSON as it is written; numbers in the answer are read with all their digits."""
    address = "/".join([server.databases["library"].url, "v1", *path])
    headers = {"Token": server.token, "Content-Type": "application/json"}

    def post(command: str) -> dict[str, Any]:
        answer = server.http.post(address, content=command, headers=headers)
        assert answer.status_code == 200
        reply: dict[str, Any] = json.loads(answer.text, parse_float=Decimal)
        return reply

    return post


@pytest.fixture
def post_text(server: Server, data_api: PostCommand, keyspace: str) -> PostText:
    """Posts JSON as it is written to a collection."""
    data_api({"createCollection": {"name": "notes"}}, keyspace)
    return posting_text(server, keyspace, "notes")


def insert(number: str, document_id: object = "a") -> str:
    """Inserts a document with a number as it is written."""
    written_id = json.dumps(document_id)
    return f'{{"insertOne": {{"document": {{"_id": {written_id}, "n": {number}}}}}}}'


def update(clause: str) -> str:
    """Updates the document "a"."""
    return f'{{"updateOne": {{"filter": {{"_id": "a"}}, "update": {clause}}}}}'


def found(post_text: PostText, find: str = "{}") -> list[Any]:
    """The numbers of the documents that a find answers, in its order."""
    return [document["n"] for document in post_text(f'{{"find": {find}}}')["data"]["documents"]]


def codes(reply: dict[str, Any]) -> list[str]:
    """The codes of a reply's errors."""
    return [error["errorCode"] for error in reply.get("errors", [])]


@pytest.mark.parametrize("number", DIGITS)
def test_collections_keep_digits(post_text: PostText, number: str) -> None:
    """A number comes back as the same decimal number, and is found by it."""
    post_text(insert(number))
    assert found(post_text) == [Decimal(number)]
    assert found(post_text, f'{{"filter": {{"n": {number}}}}}') == [Decimal(number)]
    assert codes(post_text(update(f'{{"$set": {{"n": {number}}}}}'))) == []
    assert found(post_text) == [Decimal(number)]


@pytest.mark.parametrize("command", ["insert", "filter", "update"])
@pytest.mark.parametrize("number", ["1" * 101, f"0.{'1' * 100}", f"1e{'0' * 100}1"])
def test_longer_numbers_are_refused(post_text: PostText, number: str, command: str) -> None:
    """A hundred digits are the limit, wherever the number stands."""
    commands = {
        "insert": insert(number),
        "filter": f'{{"find": {{"filter": {{"n": {number}}}}}}}',
        "update": update(f'{{"$inc": {{"n": {number}}}}}'),
    }
    reply = post_text(commands[command])
    assert codes(reply) == ["SHRED_DOC_LIMIT_VIOLATION"]
    assert reply["errors"][0]["scope"] == "DOCUMENT"


@pytest.mark.parametrize("number", ["1e2147483648", "1e-99999999999", "NaN", "Infinity", "01"])
def test_what_is_no_number(post_text: PostText, number: str) -> None:
    """Exponents beyond BigDecimal's are no JSON, like words."""
    assert codes(post_text(insert(number))) == ["REQUEST_NOT_JSON"]


@pytest.mark.parametrize(
    ("before", "clause", "after"),
    [
        ("1e308", '{"$mul": {"n": 10}}', "1e309"),
        ("1.7e308", '{"$inc": {"n": 1.7e308}}', "3.4e308"),
        ("0.1", '{"$inc": {"n": 0.2}}', "0.3"),
        ("0.3", '{"$mul": {"n": 3}}', "0.9"),
        ("9" * 98, '{"$mul": {"n": 1.5}}', f"14{'9' * 96}8.5"),
        ("1234567890123456789", '{"$inc": {"n": 0.5}}', "1234567890123456789.5"),
        ("1e400", '{"$mul": {"n": 0}}', "0"),
    ],
)
def test_arithmetic_is_exact(post_text: PostText, before: str, clause: str, after: str) -> None:
    """$inc and $mul calculate with decimal numbers; nothing overflows."""
    post_text(insert(before))
    assert post_text(update(clause))["status"] == {"matchedCount": 1, "modifiedCount": 1}
    assert found(post_text) == [Decimal(after)]


@pytest.mark.parametrize(
    ("before", "clause"),
    [
        ("1e99", '{"$inc": {"n": 1e-10}}'),
        ("1e2000000000", '{"$inc": {"n": 1}}'),
        ("1e2000000000", '{"$mul": {"n": 1e2000000000}}'),
        ("9" * 100, '{"$inc": {"n": 1.5}}'),
        ("9" * 100, f'{{"$mul": {{"n": {"9" * 100}}}}}'),
    ],
)
def test_result_that_is_too_long(post_text: PostText, before: str, clause: str) -> None:
    """A result of more digits than a document's number may have is refused, not stored."""
    post_text(insert(before))
    assert codes(post_text(update(clause))) == ["SHRED_DOC_LIMIT_VIOLATION"]
    assert found(post_text) == [Decimal(before)]


def test_order_is_that_of_decimal_numbers(post_text: PostText) -> None:
    """Sorts and ranges tell numbers apart that are one as doubles, and take 1 and 1.0 for one."""
    ascending = ["-1e400", "0.1", "0.10000000000000000001", "1", str(10**30 - 1), "1e30", "1e400"]
    for number in ascending[::-1]:
        post_text(insert(number, number))
    assert found(post_text, '{"sort": {"n": 1}}') == list(map(Decimal, ascending))
    for place, number in enumerate(ascending):
        above = f'{{"filter": {{"n": {{"$gt": {number}}}}}, "sort": {{"n": 1}}}}'
        assert found(post_text, above) == list(map(Decimal, ascending[place + 1 :]))
    for one in ("1", "1.0", "1e0", "1.000000000000000000000000000000"):
        assert found(post_text, f'{{"filter": {{"n": {one}}}}}') == [1]
    assert found(post_text, f'{{"filter": {{"n": {10**30}}}}}') == [10**30]


def test_ids_keep_digits(post_text: PostText) -> None:
    """Two ids that are one as doubles are two; one number written twice is one."""
    ids = ("0.10000000000000000001", "0.1")
    for number in ids:
        assert codes(post_text(f'{{"insertOne": {{"document": {{"_id": {number}}}}}}}')) == []
    reply = post_text(f'{{"insertOne": {{"document": {{"_id": {ids[0]}0}}}}}}')
    assert codes(reply) == ["DOCUMENT_ALREADY_EXISTS"]
    assert reply["errors"][0]["documentIds"] == [Decimal(ids[0])]
    filtered = f'{{"find": {{"filter": {{"_id": {ids[0]}}}}}}}'
    assert post_text(filtered)["data"]["documents"] == [{"_id": Decimal(ids[0])}]


def test_astrapy_with_decimals(astrapy_database: Database) -> None:
    """What use_decimals_in_collections promises: Decimals come back digit by digit."""
    options = APIOptions(serdes_options=SerdesOptions(use_decimals_in_collections=True))
    notes = astrapy_database.create_collection("notes", spawn_api_options=options)
    document = {"_id": "a", "n": Decimal("123456789.1234567890123456789"), "m": [Decimal("0.1")]}
    notes.insert_one(document)
    assert notes.find_one({"n": document["n"]}) == document


ALL = {"id": "int", "d": "decimal", "i": "varint", "f": "float", "g": "double"}
MANY = {
    "l": {"type": "list", "valueType": "decimal"},
    "s": {"type": "set", "valueType": "decimal"},
    "m": {"type": "map", "keyType": "text", "valueType": "decimal"},
}


@pytest.fixture
def rows(server: Server, new_table: NewTable, keyspace: str) -> PostText:
    """Posts JSON as it is written to a table of all types of numbers."""
    new_table({**ALL, **MANY}, "id")
    return posting_text(server, keyspace, "books")


def put(column: str, value: str, number: int = 1) -> str:
    """Inserts a row with one column as it is written."""
    return f'{{"insertOne": {{"document": {{"id": {number}, "{column}": {value}}}}}}}'


def row(rows: PostText, number: int = 1) -> dict[str, Any]:
    """The row of a number."""
    document: dict[str, Any] = rows(f'{{"findOne": {{"filter": {{"id": {number}}}}}}}')["data"][
        "document"
    ]
    return document


@pytest.mark.parametrize("number", DIGITS)
def test_decimal_columns_keep_digits(rows: PostText, number: str) -> None:
    """By themselves and in lists, sets and maps; filters find them."""
    for column, value in (
        ("d", number),
        ("l", f"[{number}, 1]"),
        ("s", f"[{number}]"),
        ("m", f'{{"a": {number}}}'),
    ):
        assert codes(rows(put(column, value))) == []
    exact = Decimal(number)
    assert row(rows) == {"id": 1, "d": exact, "l": [exact, 1], "s": [exact], "m": {"a": exact}}
    for condition in (
        f'"d": {number}',
        f'"l": {{"$in": [{number}]}}',
        f'"d": {{"$lte": {number}}}',
    ):
        reply = rows(f'{{"find": {{"filter": {{{condition}}}}}}}')
        assert [found["id"] for found in reply["data"]["documents"]] == [1]


def test_decimals_of_one_value_are_one(rows: PostText) -> None:
    """However they are written: the vendor strips zeros behind the point."""
    rows(put("s", "[1, 1.0, 1.00, 1e0, 1.0000000000000000000, 10, 1e1]"))
    assert row(rows)["s"] == [1, 10]


def test_decimals_sort_by_value(rows: PostText) -> None:
    """Digits that no double has count."""
    for number, value in enumerate(["0.10000000000000000001", "0.1", "1e400", "-1"]):
        rows(put("d", value, number))
    reply = rows('{"find": {"sort": {"d": 1}, "projection": {"id": 1}}}')
    assert [found["id"] for found in reply["data"]["documents"]] == [3, 1, 0, 2]


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        ("i", "1e23", 10**23),
        ("i", "1e120", 10**120),
        ("g", "1e400", "Infinity"),
        ("g", "-1e400", "-Infinity"),
        ("g", "9" * 100, Decimal("1e100")),
        ("f", "1e400", "Infinity"),
        ("f", "9" * 100, "Infinity"),
    ],
)
def test_numbers_of_other_types(rows: PostText, column: str, value: str, stored: object) -> None:
    """A varint is exact, a float or double becomes infinite as Java's does."""
    assert codes(rows(put(column, value))) == []
    assert row(rows)[column] == stored


@pytest.mark.parametrize(
    ("column", "value"),
    [("i", "1.00000000000000000000000001"), ("i", "1e100000000"), ("id", "1e9")],
)
def test_what_no_whole_number_is_refused(rows: PostText, column: str, value: str) -> None:
    """Fractions, however small, and numbers that would fill the memory."""
    refused = f'{{"insertOne": {{"document": {{"id": 1, "i": 1, "{column}": {value}}}}}}}'
    expected = [] if column == "id" else ["INVALID_COLUMN_VALUES"]
    assert codes(rows(refused)) == expected


@pytest.mark.parametrize("column", ["d", "g", "f", "i"])
def test_longer_numbers_are_refused_in_tables(rows: PostText, column: str) -> None:
    """Of 400 digits, in rows and in filters: the parser's limit comes before the column's type."""
    number = "1" * 400
    assert codes(rows(put(column, number))) == ["SHRED_DOC_LIMIT_VIOLATION"]
    filtered = f'{{"find": {{"filter": {{"{column}": {number}}}}}}}'
    assert codes(rows(filtered)) == ["SHRED_DOC_LIMIT_VIOLATION"]
