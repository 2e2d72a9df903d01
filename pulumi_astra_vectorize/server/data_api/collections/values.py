"""JSON values as documents hold them: when two are equal, and which sorts before which."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Final, TypeGuard
from uuid import UUID

from pulumi_astra_vectorize.server.data_api.collections.paths import MISSING
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.json_types import (
    is_array,
    is_integer,
    is_number,
    is_object,
)
from pulumi_astra_vectorize.server.exact_numbers import exact, number_order

DATE: Final = "$date"
UUID_TYPE: Final = "$uuid"
OBJECT_ID: Final = "$objectId"
EXTENDED_TYPES: Final = (DATE, UUID_TYPE, OBJECT_ID)
"""The wrappers that give a JSON value a further type: ``{"$date": milliseconds}``."""

_OBJECT_ID_FORM: Final = re.compile(r"[0-9a-fA-F]{24}")

OrderKey = tuple[int, str | float | tuple[float, int | Decimal]]

MISSING_RANK: Final = 0
NULL_RANK: Final = 1
NUMBER_RANK: Final = 2
STRING_RANK: Final = 3
OBJECT_RANK: Final = 4
ARRAY_RANK: Final = 5
BOOLEAN_RANK: Final = 6
DATE_RANK: Final = 7
COMPARABLE_RANKS: Final = frozenset({NUMBER_RANK, STRING_RANK, BOOLEAN_RANK, DATE_RANK})
"""The kinds of values that ``$gt`` and its like compare, each only with its own."""


def is_extended(value: object) -> TypeGuard[JsonObject]:
    """Whether the value is a wrapper of a further type: ``$date``, ``$uuid``, ``$objectId``."""
    return is_object(value) and len(value) == 1 and next(iter(value)) in EXTENDED_TYPES


def extended_problem(value: JsonObject) -> str | None:
    """What is wrong with a wrapped value; None if nothing is."""
    ((kind, inner),) = value.items()
    if kind == DATE:
        whole = is_integer(inner)
        return None if whole else "a $date is a whole number of milliseconds since 1970"
    if not isinstance(inner, str):
        return f"the value of {kind} must be a string"
    if kind == OBJECT_ID:
        return None if _OBJECT_ID_FORM.fullmatch(inner) else "an $objectId has 24 hex digits"
    return None if _is_uuid(inner) else "a $uuid has the form of a UUID"


def fingerprint(value: object) -> str:
    """A text that two values share exactly if they are equal to the Data API.

    Numbers are equal by value (1 and 1.0); a wrapped UUID or ObjectId equals its bare text, as
    the real server indexes it; the order of an object's members counts. Arrays and objects start
    with a bracket, nothing else does.
    """
    if is_extended(value):
        date = value.get(DATE)
        return json.dumps(_bare_text(value)) if date is None else f"date {date}"
    if is_object(value):
        members = (f"{json.dumps(name)}:{fingerprint(member)}" for name, member in value.items())
        return "{" + ",".join(members) + "}"
    if is_array(value):
        return "[" + ",".join(map(fingerprint, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        return json.dumps(int(exact(value)))
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def may_be_wrapped(text: str) -> bool:
    """Whether a wrapped UUID or ObjectId may equal it, which is kept as it was written."""
    return _is_uuid(text) or _OBJECT_ID_FORM.fullmatch(text) is not None


def is_composite(mark: str) -> bool:
    """Whether a fingerprint is that of an array or object."""
    return mark[0] in "[{"


def order_key(value: object) -> OrderKey:
    """What values sort by: first by kind, then within the kind."""
    if value is MISSING:
        return MISSING_RANK, 0
    if value is None:
        return NULL_RANK, 0
    if is_extended(value):
        date = value.get(DATE)
        return (STRING_RANK, _bare_text(value)) if date is None else (DATE_RANK, date)
    return _plain_order_key(value)


def _plain_order_key(value: object) -> OrderKey:
    if isinstance(value, bool):
        return BOOLEAN_RANK, value
    if is_number(value):
        return NUMBER_RANK, number_order(value)
    if isinstance(value, str):
        return STRING_RANK, value
    return (ARRAY_RANK if is_array(value) else OBJECT_RANK), fingerprint(value)


def _bare_text(value: JsonObject) -> str:
    (inner,) = value.values()
    return str(inner).lower()


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
