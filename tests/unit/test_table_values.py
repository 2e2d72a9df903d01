"""Values of table columns: what each type takes and the form in which it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_astra_vectorize.server.data_api.tables.durations import iso_duration
from pulumi_astra_vectorize.server.data_api.tables.scalars import (
    InvalidValueError,
    parse_scalar,
    scalar_order,
)
from pulumi_astra_vectorize.server.data_api.tables.values import parse_value

UUID = "0b3e7b2c-4d4e-4f7a-9a53-0d3d7f3f0a11"

ACCEPTED = [
    ("text", "größe", "größe"),
    ("ascii", "plain", "plain"),
    ("boolean", False, False),
    ("tinyint", -128, -128),
    ("smallint", 32767, 32767),
    ("int", 3.0, 3),
    ("bigint", -(2**63), -(2**63)),
    ("varint", 10**30, 10**30),
    ("decimal", 1.25, 1.25),
    ("double", 3, 3.0),
    ("double", "NaN", "NaN"),
    ("float", 3.14, 3.14),
    ("float", 1e300, "Infinity"),
    ("uuid", UUID.upper(), UUID),
    ("date", "2024-02-29", "2024-02-29"),
    ("time", "09:30:00", "09:30"),
    ("time", "09:30:01.5", "09:30:01.500"),
    ("timestamp", "2024-01-01T02:00:00.1234+02:00", "2024-01-01T00:00:00.123Z"),
    ("timestamp", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
    ("date", "0000-02-29", "0000-02-29"),
    ("date", "-0044-03-15", "-0044-03-15"),
    ("date", "+10000-01-01", "+10000-01-01"),
    ("date", "+5881580-07-11", "+5881580-07-11"),
    ("date", "-5877641-06-23", "-5877641-06-23"),
    ("timestamp", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("timestamp", "0000-01-01T00:00:00+01:00", "-0001-12-31T23:00:00Z"),
    ("timestamp", "-0044-03-15T12:00:00.5Z", "-0044-03-15T12:00:00.500Z"),
    ("timestamp", "9999-12-31T23:59:59-00:01", "+10000-01-01T00:00:59Z"),
    ("timestamp", "+292278994-08-16T00:00:00Z", "+292278994-08-16T00:00:00Z"),
    ("duration", "1d12h", "P1DT12H"),
    ("inet", "0:0:0:0:0:0:0:1", "::1"),
    ("blob", {"$binary": "q83vASNFZ4k="}, {"$binary": "q83vASNFZ4k="}),
]

REFUSED = [
    ("text", 1),
    ("ascii", "größe"),
    ("boolean", 1),
    ("tinyint", 128),
    ("smallint", -32769),
    ("int", 2**31),
    ("int", 1.5),
    ("int", "1"),
    ("int", True),
    ("bigint", 2**63),
    ("double", "many"),
    ("uuid", "0b3e7b2c4d4e4f7a9a530d3d7f3f0a11"),
    ("uuid", "not-a-uuid"),
    ("date", "2023-02-29"),
    ("date", "-0001-02-29"),
    ("date", "-0000-01-01"),
    ("date", "+2024-01-01"),
    ("date", "10000-01-01"),
    ("date", "044-03-15"),
    ("date", "+5881580-07-12"),
    ("date", "-5877641-06-22"),
    ("timestamp", "+2024-01-01T00:00:00Z"),
    ("timestamp", "10000-01-01T00:00:00Z"),
    ("timestamp", "+292278995-01-01T00:00:00Z"),
    ("timestamp", "-292275056-01-01T00:00:00Z"),
    ("date", "20240101"),
    ("time", "24:00:00"),
    ("timestamp", "2024-01-01"),
    ("timestamp", "2024-13-01T00:00:00Z"),
    ("duration", "soon"),
    ("inet", "300.0.0.1"),
    ("blob", "q83vASNFZ4k="),
    ("blob", {"$binary": "not base64"}),
]


@pytest.mark.parametrize(("kind", "value", "stored"), ACCEPTED)
def test_each_type_keeps_one_form_of_a_value(kind: str, value: object, stored: object) -> None:
    """A value of the column's type is kept in the one form in which the API returns it."""
    parsed = parse_scalar(kind, value)
    assert parsed == stored
    assert type(parsed) is type(stored)


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_a_value_of_another_type_or_range_is_refused(kind: str, value: object) -> None:
    """What does not fit the type, in kind or in range, is refused and never converted."""
    with pytest.raises(InvalidValueError):
        parse_scalar(kind, value)


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        ({"type": "list", "valueType": "int"}, [2, 1, 2], [2, 1, 2]),
        ({"type": "set", "valueType": "int"}, [10, 9, 10], [9, 10]),
        (
            {"type": "map", "keyType": "text", "valueType": "int"},
            {"b": 1, "a": 2},
            {"a": 2, "b": 1},
        ),
        ({"type": "map", "keyType": "text", "valueType": "int"}, [["a", 1]], {"a": 1}),
        ({"type": "map", "keyType": "int", "valueType": "text"}, [[7, "x"]], [[7, "x"]]),
        ({"type": "list", "valueType": "int"}, [], None),
        ({"type": "vector", "dimension": 2}, [1, 0.5], [1.0, 0.5]),
        ({"type": "vector", "dimension": 2}, {"$binary": "P4AAAD8AAAA="}, [1.0, 0.5]),
    ],
)
def test_containers_and_vectors(column: dict[str, Any], value: object, stored: object) -> None:
    """Sets are sorted and distinct, empty containers null, vectors may be big-endian binary."""
    assert parse_value(column, value) == stored


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ({"type": "list", "valueType": "int"}, [1, None]),
        ({"type": "list", "valueType": "int"}, {"a": 1}),
        ({"type": "map", "keyType": "text", "valueType": "int"}, [["a"]]),
        ({"type": "vector", "dimension": 2}, [1.0]),
        ({"type": "vector", "dimension": 2}, ["1", "2"]),
        ({"type": "vector", "dimension": 2}, {"$binary": "P4AAAA=="}),
        ({"type": "vector", "dimension": 1}, {"$binary": "f8AAAA=="}),
    ],
)
def test_wrong_members_of_containers_and_vectors_are_refused(
    column: dict[str, Any], value: object
) -> None:
    """A container with a wrong member is refused, so is a vector of another length."""
    with pytest.raises(InvalidValueError):
        parse_value(column, value)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("P1Y2M3DT4H5M6.5S", "P1Y2M3DT4H5M6.5S"),
        ("12h30m5s12ms7us1ns", "PT12H30M5.012007001S"),
        ("-2w", "-P14D"),
        ("14mo", "P1Y2M"),
        ("0s", "PT0S"),
    ],
)
def test_durations_come_back_in_iso_8601(text: str, iso: str) -> None:
    """Both notations are read, ISO 8601 is written."""
    assert iso_duration(text) == iso


@given(st.from_regex(r"P(\d{1,3}D)?T\d{1,2}H\d{1,2}M\d{1,2}S", fullmatch=True))
def test_writing_a_duration_changes_nothing_the_second_time(text: str) -> None:
    """The written form of a duration stands for the same duration."""
    assert iso_duration(iso_duration(text)) == iso_duration(text)


@pytest.mark.parametrize(
    ("kind", "ascending"),
    [
        ("int", [-2, 1, 10]),
        ("float", ["-Infinity", -1.0, 2.0, "Infinity", "NaN"]),
        ("timestamp", ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.500Z"]),
        ("timestamp", ["-0044-03-15T00:00:00Z", "0001-01-01T00:00:00Z", "0999-01-01T00:00:00Z"]),
        ("timestamp", ["1-01-01T00:00:00Z", "44-03-15T00:00:00Z", "+10000-01-01T00:00:00Z"]),
        ("date", ["-10000-01-01", "-0044-03-15", "0000-01-01", "0999-12-31", "+10000-01-01"]),
        ("time", ["09:30", "09:30:00.001"]),
        ("inet", ["9.0.0.1", "10.0.0.1"]),
        ("blob", [{"$binary": "AQ=="}, {"$binary": "AgA="}]),
    ],
)
def test_stored_values_sort_by_their_meaning(kind: str, ascending: list[Any]) -> None:
    """Stored forms are compared as values of their type, not as texts."""
    descending = ascending[::-1]
    assert sorted(descending, key=lambda item: scalar_order(kind, item)) == ascending
