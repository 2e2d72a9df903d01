"""Decimal numbers that keep all their digits, as the Data API keeps them in BigDecimal.

A fraction is a float wherever the float's own text means the same decimal number, which is quick
and nearly always so; elsewhere it is a Decimal, or an int if it is whole and not very long. So a
number that is no integer of JSON has one form, and 0.1 means a tenth.
"""

from __future__ import annotations

import math
from decimal import (
    Context,
    Decimal,
    DecimalException,
    InvalidOperation,
    Overflow,
    Rounded,
    Subnormal,
)
from typing import Final

Number = int | float | Decimal

MAX_DIGITS: Final = 100
"""Of a number in a request or a document (docs.datastax.com, Data API limits)."""

MAX_EXPONENT: Final = (1 << 31) - 1
"""BigDecimal's."""

FLOAT_DIGITS: Final = 15
"""So few digits a float keeps, whatever they are."""

FLOAT_INTEGERS: Final = 1 << 53
"""Up to here every integer is a float."""

ARITHMETIC: Final = Context(
    prec=MAX_DIGITS,
    Emin=-MAX_EXPONENT,
    Emax=MAX_EXPONENT,
    traps=[InvalidOperation, Overflow, Rounded, Subnormal],
)
"""Exact: a result that needs more digits, or a larger exponent, raises DecimalException."""

_DISTANCES: Final = Context(prec=3 * MAX_DIGITS, Emin=-MAX_EXPONENT, Emax=MAX_EXPONENT, traps=[])


class TooLongNumberError(ValueError):
    """A number of more than ``MAX_DIGITS`` digits."""


def exact(number: Number) -> int | Decimal:
    """The decimal number that a number stands for: of a float, its shortest text."""
    return Decimal(repr(number)) if isinstance(number, float) else number


def nearest_float(number: Number) -> float:
    """The double nearest to a number; infinite for what is too large, as Java's doubleValue()."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def simplest(number: Decimal) -> Number:
    """The one form in which a number that was written with a fraction or exponent is kept."""
    nearest = float(number)
    if math.isfinite(nearest) and Decimal(repr(nearest)) == number:
        return nearest
    if number.adjusted() < MAX_DIGITS and number == number.to_integral_value():
        return int(number)
    return ARITHMETIC.normalize(number)


def number_order(number: Number) -> tuple[float, int | Decimal]:
    """A key that sorts numbers by their decimal value: the nearest double, and how far it is."""
    if isinstance(number, float):
        return number, 0
    nearest = nearest_float(number)
    if isinstance(number, int) and -FLOAT_INTEGERS <= number <= FLOAT_INTEGERS:
        return nearest, 0
    if math.isinf(nearest):
        return nearest, number
    return nearest, _DISTANCES.subtract(number, exact(nearest))


def read_fraction(text: str) -> Number:
    """A JSON number with a fraction or an exponent.

    Raises TooLongNumberError, and ValueError for an exponent that BigDecimal has not.
    """
    number = float(text)
    if len(text) <= FLOAT_DIGITS + 1 and not ("e" in text or "E" in text):
        return number
    if repr(number) == text:
        return number
    _check_length(text)
    try:
        return simplest(ARITHMETIC.create_decimal(text))
    except DecimalException:
        raise ValueError(f"the exponent of {text} is out of range") from None


def read_whole(text: str) -> int:
    """A JSON number without a fraction and an exponent; raises TooLongNumberError."""
    _check_length(text)
    return int(text)


def _check_length(text: str) -> None:
    if len(text) > MAX_DIGITS:
        digits = sum(map(str.isdigit, text))
        if digits > MAX_DIGITS:
            raise TooLongNumberError(
                f"Number value length ({digits}) exceeds the maximum allowed ({MAX_DIGITS})"
            )
