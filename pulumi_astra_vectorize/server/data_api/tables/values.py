"""Values of a column, whatever its type: primitive, list, set, map or vector."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pulumi_astra_vectorize.rules import TEXT_TYPES
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.tables.scalars import (
    InvalidValueError,
    JsonValue,
    decode_binary,
    parse_scalar,
    scalar_order,
)
from pulumi_astra_vectorize.server.data_api.vector_numbers import single_precision
from pulumi_astra_vectorize.server.exact_json import dumps

BINARY_VECTOR = np.dtype(">f4")
"""A vector in ``$binary``: big-endian single precision (contract data-api.md, section 6)."""


def parse_value(column: JsonObject, value: object) -> JsonValue:
    """The value as the store keeps it; InvalidValueError for what the column does not take.

    ``column`` is its definition, as listTables explains it. An empty list, set or map is None:
    the database does not tell them apart.
    """
    kind = column["type"]
    if kind == "vector":
        return parse_vector(value, column["dimension"])
    if kind == "map":
        return _parse_map(column, value) or None
    if kind in {"list", "set"}:
        return _parse_items(column, value) or None
    return parse_scalar(kind, value)


def parse_vector(value: object, dimension: int) -> list[float]:
    """A vector of ``dimension`` numbers, from an array or a ``$binary`` object."""
    vector = vector_numbers(value)
    if len(vector) != dimension:
        raise InvalidValueError(f"has {len(vector)} numbers instead of {dimension}")
    return vector


def vector_numbers(value: object) -> list[float]:
    """The numbers of a vector of any dimension, in single precision as the store keeps them."""
    if is_object(value):
        packed = decode_binary(value)
        if len(packed) % BINARY_VECTOR.itemsize:
            raise InvalidValueError("$binary does not hold whole single-precision numbers")
        value = np.frombuffer(packed, BINARY_VECTOR).tolist()
    if not is_array(value):
        raise InvalidValueError("a vector is an array of numbers or a $binary object")
    vector = single_precision(value)
    if vector is None:
        raise InvalidValueError("a vector consists of finite single-precision numbers")
    return vector


def _parse_items(column: JsonObject, value: object) -> list[JsonValue]:
    if not is_array(value):
        raise InvalidValueError("expected an array")
    kind = column["valueType"]
    items: list[JsonValue] = [parse_scalar(kind, item) for item in value]
    return items if column["type"] == "list" else as_set(column, items)


def as_set(column: JsonObject, items: Iterable[JsonValue]) -> list[JsonValue]:
    """Parsed values as a set is kept: each once, in the order of their type."""
    distinct = {canonical(item): item for item in items}
    return sorted(distinct.values(), key=lambda item: scalar_order(column["valueType"], item))


def _parse_map(column: JsonObject, value: object) -> JsonValue:
    """An object where the keys are text, otherwise an array of pairs; both are accepted."""
    kinds = column["keyType"], column["valueType"]
    return as_map(
        column,
        ((parse_scalar(kinds[0], key), parse_scalar(kinds[1], item)) for key, item in pairs(value)),
    )


def as_map(column: JsonObject, entries: Iterable[tuple[JsonValue, JsonValue]]) -> JsonValue:
    """Parsed keys and values as a map is kept, in the order of the keys; the last of equal ones."""
    known = {canonical(key): (key, item) for key, item in entries}
    ordered = sorted(known.values(), key=lambda entry: scalar_order(column["keyType"], entry[0]))
    if column["keyType"] in TEXT_TYPES:
        return dict(ordered)
    return [list(entry) for entry in ordered]


def pairs(value: object) -> list[tuple[object, object]]:
    """The keys and values of a map in either form."""
    if is_object(value):
        return list(value.items())
    if not is_array(value):
        raise InvalidValueError("expected an object or an array of pairs")
    return [_pair(entry) for entry in value]


def _pair(entry: object) -> tuple[object, object]:
    if not is_array(entry) or len(entry) != 2:
        raise InvalidValueError("expected pairs of a key and a value")
    return entry[0], entry[1]


def canonical(value: object) -> str:
    """One text for one stored value: equal values have equal texts."""
    return dumps(value, sort_keys=True)
