"""Tells the kinds of parsed JSON values apart, for the type checker too."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeGuard

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.exact_numbers import Number


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether the value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[object]]:
    """Whether the value is a JSON array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[Number]:
    """Whether the value is a JSON number; Python counts true and false among the integers."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def is_integer(value: object) -> TypeGuard[int]:
    """Whether the value is a JSON number written without fraction and exponent."""
    return isinstance(value, int) and not isinstance(value, bool)
