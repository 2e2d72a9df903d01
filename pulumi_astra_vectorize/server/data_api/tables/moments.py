"""Dates and timestamps of any year, as java.time reads and writes them.

Years have four digits; more need a sign, and a minus always stands. Python's calendar ends at the
year 9999 and begins with 1, but the calendar repeats every 400 years: another year is looked up in
the place that it has among the years from 2000 on.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timezone

YEAR = r"(?P<year>\d{4}|\+\d{5,9}|-(?!0+-)\d{4,9})"
DATE = re.compile(rf"{YEAR}-(?P<day>\d{{2}}-\d{{2}})", re.ASCII)
TIMESTAMP = re.compile(
    rf"{YEAR}-(?P<moment>\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}})(?:\.(?P<fraction>\d{{1,9}}))?"
    r"(?P<zone>Z|[+-]\d{2}:\d{2})",
    re.ASCII | re.IGNORECASE,
)

CYCLE_YEARS = 400
CYCLE_DAYS = 146_097
EPOCH = date(1970, 1, 1)
DAY_MILLISECONDS = 86_400_000
MOST_DAYS = 1 << 31
MOST_MILLISECONDS = 1 << 63
"""What the database counts from 1970 on, in 32 and in 64 bits with a sign."""


class InvalidMomentError(ValueError):
    """A text that is no date or no timestamp; the text says why."""


def parse_date(text: str) -> str:
    """A date as the database returns it: ``2026-01-31``, ``-0044-03-15``, ``+10000-01-01``."""
    match = DATE.fullmatch(text)
    if match is None:
        raise InvalidMomentError(f"{text!r} is not a date of the form YYYY-MM-DD")
    year = int(match["year"])
    try:
        day = date.fromisoformat(f"{_place(year)}-{match['day']}")
    except ValueError as error:
        raise InvalidMomentError(f"{text!r} is not a day of the calendar") from error
    if not -MOST_DAYS <= _days(year, day) < MOST_DAYS:
        raise InvalidMomentError(f"{text!r} is beyond what the database counts")
    return f"{_year(year)}-{match['day']}"


def parse_timestamp(text: str) -> str:
    """A timestamp in UTC with at most milliseconds, which is what the database keeps."""
    match = TIMESTAMP.fullmatch(text)
    if match is None:
        raise InvalidMomentError(f"{text!r} is not a timestamp like 2026-01-31T12:00:00Z")
    year = int(match["year"])
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    try:
        local = datetime.fromisoformat(f"{_place(year)}-{match['moment'].upper()}{zone}")
    except ValueError as error:
        raise InvalidMomentError(f"{text!r} is not a moment of the calendar") from error
    moment = local.astimezone(timezone.utc)
    year += moment.year - local.year
    if abs(_days(year, moment.date())) >= MOST_MILLISECONDS // DAY_MILLISECONDS:
        raise InvalidMomentError(f"{text!r} is beyond what the database counts")
    return f"{_year(year)}-{moment:%m-%dT%H:%M:%S}{fraction((match['fraction'] or '')[:3])}Z"


def fraction(digits: str | None) -> str:
    """A fraction of a second in groups of three digits, as few as keep it whole."""
    kept = (digits or "").rstrip("0")
    if not kept:
        return ""
    return "." + kept.ljust(3 * math.ceil(len(kept) / 3), "0")


def calendar_order(stored: str) -> tuple[int, str]:
    """A key that sorts stored dates, and stored timestamps, in the order of time."""
    year, rest = _parted(stored)
    return year, rest.rstrip("Z")


def well_formed(stored: str) -> str:
    """A stored date or timestamp with all digits of its year.

    Older servers stored the years before 1000 without the zeros in front.
    """
    year, rest = _parted(stored)
    return _year(year) + rest


def _parted(stored: str) -> tuple[int, str]:
    end = stored.index("-", 1)
    return int(stored[:end]), stored[end:]


def _place(year: int) -> int:
    return 2000 + year % CYCLE_YEARS


def _days(year: int, day: date) -> int:
    """From 1970 to a day, whose own year is the one in whose place it was looked up."""
    return (day - EPOCH).days + (year - day.year) // CYCLE_YEARS * CYCLE_DAYS


def _year(year: int) -> str:
    if year < 0:
        return f"{year:05d}"
    return f"{year:04d}" if year <= 9999 else f"+{year}"
