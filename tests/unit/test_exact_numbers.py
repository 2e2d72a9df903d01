"""Numbers with all their digits: read, kept, compared and written as decimal numbers."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_astra_vectorize.server.data_api.collections.values import fingerprint, order_key
from pulumi_astra_vectorize.server.data_api.request_json import read_request
from pulumi_astra_vectorize.server.exact_json import dumps, from_store, to_store
from pulumi_astra_vectorize.server.exact_numbers import (
    Number,
    exact,
    nearest_float,
    number_order,
    read_fraction,
)

TEXTS = st.one_of(
    st.from_regex(r"-?(0|[1-9]\d{0,40})\.\d{1,40}([eE][+-]?\d{1,3})?", fullmatch=True),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
).map(str)
"""Fractions as they stand in JSON."""

NUMBERS = TEXTS.map(read_fraction) | st.integers(-(10**60), 10**60)


@given(TEXTS)
@example("0.10000000000000000")
@example("1.23456e-322")
@example("1e400")
@example("100000000000000000000000.5")
def test_a_fraction_means_what_is_written(text: str) -> None:
    """Whatever it is kept as, not a digit is lost; it is a float where that suffices."""
    number = read_fraction(text)
    assert Decimal(exact(number)) == Decimal(text)
    assert isinstance(number, float) == (Decimal(repr(float(text))) == Decimal(text))


@given(NUMBERS)
@example(Decimal("1E+2147483647"))
@example(1e-05)
@example(1e300)
def test_the_store_gives_numbers_back(number: Number) -> None:
    """The same number of the same kind, which no parser of JSON has trouble with."""
    document = {"n": number, "m": [number, "1E+5"]}
    kept = from_store(to_store(document))
    assert kept == document
    assert type(kept["n"]) is type(number)
    written = json.loads(dumps(document), parse_float=Decimal)
    assert Decimal(written["n"]) == Decimal(exact(number))
    assert written["m"][1] == "1E+5"


@given(st.lists(NUMBERS, max_size=6))
@example([0.1, Decimal("0.10000000000000000001"), 10**30, 1e30, 10**30 + 1])
@example([Decimal("1E+400"), Decimal("1E-400"), 0, 0.0, -0.0, Decimal("-1E+400"), 10**99])
def test_order_and_equality_are_those_of_decimal_numbers(numbers: list[Number]) -> None:
    """As documents are sorted, and as values are found equal."""

    def compare(one: Number, other: Number) -> int:
        return int(Decimal(exact(one)).compare(Decimal(exact(other))))

    by_value = sorted(numbers, key=cmp_to_key(compare))
    assert sorted(numbers, key=order_key) == by_value
    assert sorted(numbers, key=number_order) == by_value
    for one in numbers:
        for other in numbers:
            assert (fingerprint(one) == fingerprint(other)) == (compare(one, other) == 0)


def test_infinity_is_no_json() -> None:
    """What older servers stored can be read, and is not written again."""
    stored: dict[str, Any] = from_store('{"n": Infinity}')
    assert stored == {"n": math.inf}
    for write in (dumps, to_store):
        with pytest.raises(ValueError, match="JSON compliant"):
            write(stored)


def test_vectors_are_read_as_floats() -> None:
    """Members that hold vectors are kept in single precision anyway; others are read exactly."""
    body = b'{"v": [0.12345678901234567, 1e-3, 2], "w": [0.12345678901234567], "x": {"v": 1.50}}'
    assert read_request(body, ["v"]) == {
        "v": [0.12345678901234567, 0.001, 2.0],
        "w": [Decimal("0.12345678901234567")],
        "x": {"v": 1.5},
    }


@pytest.mark.parametrize("vector", ["[[0.5]]", '[0.5, "a"]', "[true, 0.5]", '{"a": [0.5]}', "0.5"])
def test_what_is_no_vector_is_read_like_the_rest(vector: str) -> None:
    """A member of a vector's name may hold anything; it is refused later."""
    assert read_request(f'{{"v": {vector}}}'.encode(), ["v"]) == {"v": json.loads(vector)}


@pytest.mark.parametrize(
    ("number", "nearest"),
    [(10**400, math.inf), (-(10**400), -math.inf), (Decimal("1E+400"), math.inf), (2, 2.0)],
)
def test_nearest_double(number: Number, nearest: float) -> None:
    """Java's doubleValue() of what is too large is infinite, not an error."""
    assert nearest_float(number) == nearest
