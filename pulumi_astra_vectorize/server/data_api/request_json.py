"""Reads the JSON of a request within the vendor's limits, every number with all its digits.

Vectors make up most of what is sent, and are kept in single precision anyway: their numbers are
read as they always were. For the sake of that, the parser leaves fractions as they are written.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final, NoReturn, cast

from pulumi_astra_vectorize.server.exact_numbers import read_fraction, read_whole

MAX_NESTING: Final = 200
"""How deep objects and arrays of a request lie in each other. The vendor allows 1000 (Jackson's
StreamReadConstraints); what looks into requests here recurses, and Python does so less deep."""


class TooDeepError(ValueError):
    """Objects and arrays lie too deep in each other."""

    def __init__(self) -> None:
        super().__init__(f"Document nesting depth exceeds the maximum allowed ({MAX_NESTING})")


class _Fraction(str):
    """A number with a fraction or an exponent, as it is written."""

    __slots__ = ()


def read_request(body: bytes, vectors: Collection[str]) -> object:
    """A request's body; arrays of numbers in members of the names ``vectors`` become floats.

    Raises TooLongNumberError, TooDeepError and, for what is no JSON, ValueError.
    """
    try:
        read: object = json.loads(
            body, parse_float=_Fraction, parse_int=read_whole, parse_constant=_refuse
        )
    except RecursionError:
        raise TooDeepError from None
    return _settled(read, vectors, 1)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _settled(value: object, vectors: Collection[str], depth: int) -> object:
    """The value with its fractions read; containers are changed where they are."""
    if type(value) is _Fraction:
        return read_fraction(value)
    if depth > MAX_NESTING and isinstance(value, (dict, list)):
        raise TooDeepError
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        for name, member in members.items():
            kind = type(member)
            if kind is list and name in vectors and _is_vector(cast("list[Any]", member)):
                members[name] = list(map(float, cast("list[Any]", member)))
            elif kind in _READ_FURTHER:
                members[name] = _settled(member, vectors, depth + 1)
    elif isinstance(value, list):
        elements = cast("list[object]", value)
        for index, element in enumerate(elements):
            if type(element) in _READ_FURTHER:
                elements[index] = _settled(element, vectors, depth + 1)
    return cast("object", value)


_READ_FURTHER: Final = frozenset({_Fraction, dict, list})


def _is_vector(elements: list[Any]) -> bool:
    return _NUMBERS.issuperset(map(type, elements))


_NUMBERS: Final = frozenset({_Fraction, int})
