"""Values of the primitive column types: what is accepted, and the one form in which it is kept."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import math
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np

from pulumi_astra_vectorize.server.data_api.json_types import is_number, is_object
from pulumi_astra_vectorize.server.data_api.tables.durations import (
    InvalidDurationError,
    iso_duration,
)
from pulumi_astra_vectorize.server.data_api.tables.moments import (
    InvalidMomentError,
    calendar_order,
    fraction,
    parse_date,
    parse_timestamp,
)
from pulumi_astra_vectorize.server.exact_json import dumps
from pulumi_astra_vectorize.server.exact_numbers import (
    MAX_DIGITS,
    Number,
    exact,
    nearest_float,
    number_order,
)

INTEGER_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
MAX_WHOLE_DIGITS = 1000
"""Of a varint, which an exponent may make long: Python writes few more than 4000."""

NOT_FINITE = ("NaN", "Infinity", "-Infinity")
"""How JSON carries the floating-point values that it has no numbers for."""

TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?")


JsonValue = Any
"""Any value of JSON: what it is, its column's type says at run time."""


class InvalidValueError(ValueError):
    """A value that its column's type does not take; the text says why."""


def parse_scalar(type_name: str, value: object) -> JsonValue:
    """The value as the store keeps it and the API returns it.

    Raises InvalidValueError for what the type does not take.
    """
    return PARSERS[type_name](value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidValueError(f"expected a string, not {dumps(value)}")
    return value


def _ascii(value: object) -> str:
    text = _text(value)
    if not text.isascii():
        raise InvalidValueError("contains characters outside ASCII")
    return text


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidValueError(f"expected true or false, not {dumps(value)}")
    return value


def _number(value: object) -> Number:
    if not is_number(value):
        raise InvalidValueError(f"expected a number, not {dumps(value)}")
    return value


def _varint(value: object) -> int:
    number = exact(_number(value))
    if isinstance(number, int):
        return number
    if number.adjusted() >= MAX_WHOLE_DIGITS:
        raise InvalidValueError(f"{number} has more than {MAX_WHOLE_DIGITS} digits")
    if number != number.to_integral_value():
        raise InvalidValueError(f"{number} is not a whole number")
    return int(number)


def _decimal(value: object) -> Number:
    """Without zeros behind the point: 1.0 is 1."""
    number = _number(value)
    if isinstance(number, float) and number.is_integer() and abs(number) < 10.0**MAX_DIGITS:
        return int(exact(number))
    return number


def _integer(bits: int) -> Callable[[object], int]:
    limit = 1 << (bits - 1)

    def parse(value: object) -> int:
        number = _varint(value)
        if not -limit <= number < limit:
            raise InvalidValueError(f"{number} does not fit in {bits} bits")
        return number

    return parse


def _double(value: object) -> float | str:
    if isinstance(value, str) and value in NOT_FINITE:
        return value
    return _finite_or_name(nearest_float(_number(value)))


def _float(value: object) -> float | str:
    """Single precision, in the shortest decimal form, so that 3.14 comes back as 3.14."""
    double = _double(value)
    if isinstance(double, str):
        return double
    with np.errstate(over="ignore"):
        return _finite_or_name(float(str(np.float32(double))))


def _finite_or_name(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "Infinity" if number > 0 else "-Infinity"


def _uuid(value: object) -> str:
    text = _text(value)
    try:
        parsed = str(UUID(text))
    except ValueError as error:
        raise InvalidValueError(f"{text!r} is not a UUID") from error
    if parsed != text.lower():
        raise InvalidValueError(f"{text!r} is not a UUID in its usual form")
    return parsed


def _moment(parse: Callable[[str], str]) -> Callable[[object], str]:
    def parse_moment(value: object) -> str:
        try:
            return parse(_text(value))
        except InvalidMomentError as error:
            raise InvalidValueError(str(error)) from error

    return parse_moment


def _time(value: object) -> str:
    match = TIME.fullmatch(_text(value))
    if match is None:
        raise InvalidValueError(f"{value!r} is not a time of the form HH:MM:SS.fraction")
    hours, minutes, seconds, digits = match.groups()
    if int(seconds or 0) == 0 and int(digits or 0) == 0:
        return f"{hours}:{minutes}"
    return f"{hours}:{minutes}:{seconds}{fraction(digits)}"


def _duration(value: object) -> str:
    try:
        return iso_duration(_text(value))
    except InvalidDurationError as error:
        raise InvalidValueError(str(error)) from error


def _inet(value: object) -> str:
    try:
        return str(ipaddress.ip_address(_text(value)))
    except ValueError as error:
        raise InvalidValueError(f"{value!r} is not an IP address") from error


def decode_binary(value: object) -> bytes:
    """The bytes of a ``{"$binary": base64}`` object; InvalidValueError for anything else."""
    if not is_object(value) or value.keys() != {"$binary"}:
        raise InvalidValueError('expected {"$binary": base64}')
    try:
        return base64.b64decode(_text(value["$binary"]), validate=True)
    except binascii.Error as error:
        raise InvalidValueError("$binary is not valid base64") from error


def _blob(value: object) -> dict[str, str]:
    return {"$binary": base64.b64encode(decode_binary(value)).decode("ascii")}


PARSERS: dict[str, Callable[[object], JsonValue]] = {
    "ascii": _ascii,
    "blob": _blob,
    "boolean": _boolean,
    "date": _moment(parse_date),
    "decimal": _decimal,
    "double": _double,
    "duration": _duration,
    "float": _float,
    "inet": _inet,
    "text": _text,
    "time": _time,
    "timestamp": _moment(parse_timestamp),
    "uuid": _uuid,
    "varint": _varint,
    **{name: _integer(bits) for name, bits in INTEGER_BITS.items()},
}
"""The primitive types that a table may be created with, each with its parser."""


def scalar_order(type_name: str, stored: JsonValue) -> JsonValue:
    """A key that sorts stored values of one type as the database does."""
    if type_name in {"float", "double"}:
        number = float(stored)
        # NaN is the greatest of all, as in Java.
        return (math.isnan(number), 0.0 if math.isnan(number) else number)
    if type_name == "decimal":
        return number_order(stored)
    if type_name in {"date", "timestamp"}:
        return calendar_order(stored)
    if type_name == "inet":
        return ipaddress.ip_address(stored).packed
    if type_name == "blob":
        return decode_binary(stored)
    return stored
