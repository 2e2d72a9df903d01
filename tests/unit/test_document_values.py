"""Equality and order of JSON values, and paths into documents."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_astra_vectorize.server.data_api.collections.paths import MISSING, find, split_path
from pulumi_astra_vectorize.server.data_api.collections.values import fingerprint, order_key

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_a_value_equals_itself_after_a_round_trip(value: Any) -> None:
    """What was stored as JSON and read back is equal to what was written."""
    assert fingerprint(json.loads(json.dumps(value))) == fingerprint(value)


@given(st.text(), st.integers() | st.booleans() | st.none())
def test_kinds_of_values_are_never_equal(text: str, other: Any) -> None:
    """A string is never equal to a number, a boolean or null, whatever it spells."""
    assert fingerprint(text) != fingerprint(other)
    assert fingerprint(json.dumps(other)) != fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        ({"$uuid": "6F1C9A3E-0000-4000-8000-00000000ABCD"}, "6f1c9a3e-0000-4000-8000-00000000abcd"),
        ({"$objectId": "65F1C9A3E0000400080000AB"}, "65f1c9a3e0000400080000ab"),
    ],
)
def test_equal_values(one: Any, other: Any) -> None:
    """Numbers are equal by value, a wrapped UUID or ObjectId equals its text."""
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (None, "null"),
        ({"$date": 5}, 5),
        ({"$date": 5}, "date 5"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([1, 2], [2, 1]),
    ],
)
def test_different_values(one: Any, other: Any) -> None:
    """Kinds of values do not mix, and the order of members and elements counts."""
    assert fingerprint(one) != fingerprint(other)


def test_order_of_values() -> None:
    """Values sort by kind first, then within it."""
    ordered = [MISSING, None, -1, 0.5, 2, "", "A", "a", {"a": 1}, [1], False, True, {"$date": 0}]
    assert all(order_key(one) < order_key(other) for one, other in pairwise(ordered))


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("a", ("a",)),
        ("a.b.0", ("a", "b", "0")),
        ("a&.b.c", ("a.b", "c")),
        ("a&&b", ("a&b",)),
        ("größe", ("größe",)),
    ],
)
def test_path(path: str, segments: tuple[str, ...]) -> None:
    """A path is split at its dots; an escaped dot belongs to a name."""
    assert split_path(path) == segments


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "a&b", "a&"])
def test_ill_formed_path(path: str) -> None:
    """Empty names and stray escapes are refused."""
    with pytest.raises(ValueError, match="path"):
        split_path(path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("a", "b"), 1),
        (("list", "1"), 20),
        (("list", "2"), MISSING),
        (("list", "01"), MISSING),
        (("list", "-1"), MISSING),
        (("a", "b", "c"), MISSING),
        (("none",), None),
        (("absent",), MISSING),
    ],
)
def test_value_at_a_path(path: tuple[str, ...], value: Any) -> None:
    """Elements of arrays are named by their index; a null is not the same as nothing."""
    assert find({"a": {"b": 1}, "list": [10, 20], "none": None}, path) is value
