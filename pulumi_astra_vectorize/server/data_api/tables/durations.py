"""Durations: months, days and nanoseconds, read in two notations and written in ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Mapping

ISO = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,9}))?S)?)?"
)
COMPACT = re.compile(
    r"(?P<sign>-)?(?:(?P<years>\d+)y)?(?:(?P<months>\d+)mo)?(?:(?P<weeks>\d+)w)?(?:(?P<days>\d+)d)?"
    r"(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s)?(?:(?P<milliseconds>\d+)ms)?"
    r"(?:(?P<microseconds>\d+)(?:us|µs))?(?:(?P<nanoseconds>\d+)ns)?",
    re.IGNORECASE,
)
MONTHS = {"years": 12, "months": 1}
DAYS = {"weeks": 7, "days": 1}
NANOSECONDS = {
    "hours": 3_600_000_000_000,
    "minutes": 60_000_000_000,
    "seconds": 1_000_000_000,
    "milliseconds": 1_000_000,
    "microseconds": 1_000,
    "nanoseconds": 1,
}


class InvalidDurationError(ValueError):
    """A text that is no duration in either notation."""


def iso_duration(text: str) -> str:
    """The duration in ISO 8601, from ISO 8601 (``P1DT2H``) or the compact form (``1d2h``)."""
    match = ISO.fullmatch(text) or COMPACT.fullmatch(text)
    parts = match.groupdict() if match else {}
    if not any(amount for name, amount in parts.items() if name != "sign"):
        raise InvalidDurationError(f"{text!r} is not a duration")
    fraction = int((parts.get("fraction") or "").ljust(9, "0"))
    body = _written(
        _total(parts, MONTHS), _total(parts, DAYS), _total(parts, NANOSECONDS) + fraction
    )
    return f"{parts['sign'] or ''}P{body}"


def _total(parts: Mapping[str, str | None], units: Mapping[str, int]) -> int:
    return sum(int(parts.get(unit) or 0) * size for unit, size in units.items())


def _written(months: int, days: int, nanoseconds: int) -> str:
    years, months = divmod(months, 12)
    calendar = _amounts((years, "Y"), (months, "M"), (days, "D"))
    minutes, rest = divmod(nanoseconds, NANOSECONDS["minutes"])
    hours, minutes = divmod(minutes, 60)
    clock = _amounts((hours, "H"), (minutes, "M")) + _seconds(rest)
    if not calendar and not clock:
        return "T0S"
    return calendar + (f"T{clock}" if clock else "")


def _amounts(*amounts: tuple[int, str]) -> str:
    return "".join(f"{amount}{unit}" for amount, unit in amounts if amount)


def _seconds(nanoseconds: int) -> str:
    seconds, fraction = divmod(nanoseconds, NANOSECONDS["seconds"])
    if not fraction:
        return _amounts((seconds, "S"))
    return f"{seconds}.{fraction:09d}".rstrip("0") + "S"
