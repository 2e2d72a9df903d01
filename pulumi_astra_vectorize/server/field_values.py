"""The values of records' fields beside their vectors, so that a filtered search reads no record.

A field is held as one small number a row, which says which of the field's distinct values the row
has. A test is then made once for each distinct value, by the same function that tests a record; of
fields in which nearly every record has a number or text of its own, a shortcut settles most.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pulumi_astra_vectorize.server.exact_json import dumps

Body = Mapping[str, Any]
"""A record without its vectors, as the store holds it."""

Flags = NDArray[np.bool_]
Codes = NDArray[np.int32]

Relation = Literal["and", "or"]


FEW = 1000
"""So many distinct values may be kept without use."""


@dataclass(frozen=True)
class Field:
    """A part of records: ``read`` takes its value from a body; equal if its ``name`` is."""

    name: tuple[str, ...]
    read: Callable[[Any], object]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def number_of(value: object) -> float:
    """A plain number as a float, perhaps rounded; NaN for what is none, or too large."""
    try:
        return float(value) if type(value) in {int, float, Decimal} else math.nan  # type: ignore[arg-type]
    except OverflowError:
        return math.nan


@dataclass(frozen=True)
class Shortcut:
    """What is known of a test without making it, for plain numbers and texts.

    Attributes:
        above: of numbers, those above this one and below the next pass; those outside do not, and
            on the border the test decides, since the borders are rounded.
        below: see there.
        texts: the only texts that pass.
    """

    above: float
    below: float
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FieldTest:
    """A test that a record passes if the value of its field does."""

    field: Field
    passes: Callable[[object], bool]
    shortcut: Shortcut | None = None

    def fields(self) -> Iterator[Field]:
        """The one field."""
        yield self.field

    def matches(self, body: Body) -> bool:
        """Whether a record passes."""
        return self.passes(self.field.read(body))


@dataclass(frozen=True)
class FieldTests:
    """Tests of which all (``and``) or at least one (``or``) must be passed; none is passed."""

    relation: Relation
    members: Sequence[FieldTest | FieldTests]

    def fields(self) -> Iterator[Field]:
        """The fields of all tests, however deep."""
        for member in self.members:
            yield from member.fields()

    def matches(self, body: Body) -> bool:
        """Whether a record passes."""
        settling = self.relation == "or"  # after such an outcome the others do not matter
        for member in self.members:
            if member.matches(body) == settling:
                return settling
        return not settling or not self.members


class FieldValues:
    """One field's values by row: the rows are numbered by whoever keeps them."""

    def __init__(self, field: Field, room: int) -> None:
        self._read = field.read
        self._code_of: dict[Hashable, int] = {}
        self._distinct: list[object] = []
        self._numbers = array("d")
        self._is_text = bytearray()
        self.codes: Codes = np.full(room, self._code({}), np.int32)
        """Which of the distinct values each row has; rows that were not put yet lack the field."""

    @property
    def distinct(self) -> int:
        """How many values were seen, the absence of one included."""
        return len(self._distinct)

    def mostly_gone(self, rows: int) -> bool:
        """Whether most of the distinct values that are kept were of rows that are not there."""
        return self.distinct > 2 * rows + FEW

    def put(self, rows: Sequence[int], bodies: Iterable[Body]) -> None:
        """Takes the values of rows out of their records."""
        self.codes[rows] = [self._code(body) for body in bodies]

    def passing(self, test: FieldTest) -> Flags:
        """By row, whether its value passes a test."""
        flags: Flags = self._verdicts(test)[self.codes]
        return flags

    def _verdicts(self, test: FieldTest) -> Flags:
        """By distinct value."""
        if test.shortcut is None:
            return np.fromiter(map(test.passes, self._distinct), np.bool_, len(self._distinct))
        numbers = np.frombuffer(self._numbers, np.float64)
        above, below = test.shortcut.above, test.shortcut.below
        verdicts: Flags = (numbers > above) & (numbers < below)
        settled = verdicts | (numbers < above) | (numbers > below)
        settled |= np.frombuffer(self._is_text, np.bool_)
        for open_question in np.flatnonzero(~settled).tolist():
            verdicts[open_question] = test.passes(self._distinct[open_question])
        known = (self._code_of.get(_identity(text)) for text in test.shortcut.texts)
        verdicts[[code for code in known if code is not None]] = True
        return verdicts

    def _code(self, body: Body) -> int:
        value = self._read(body)
        code = self._code_of.setdefault(_identity(value), len(self._distinct))
        if code == len(self._distinct):
            self._distinct.append(value)
            self._numbers.append(number_of(value))
            self._is_text.append(isinstance(value, str))
        return code


def passing(
    tests: FieldTest | FieldTests, values: Mapping[Field, FieldValues], count: int
) -> Flags:
    """By row, for the first ``count``, whether it passes; ``values`` has all the tests' fields."""
    if isinstance(tests, FieldTest):
        return values[tests.field].passing(tests)[:count]
    if not tests.members:
        return np.ones(count, np.bool_)
    flags = [passing(member, values, count) for member in tests.members]
    joined: Flags = np.all(flags, axis=0) if tests.relation == "and" else np.any(flags, axis=0)
    return joined


def _identity(value: object) -> Hashable:
    """What tells values apart: 1, 1.0 and true are three."""
    if isinstance(value, Hashable):
        return type(value), value
    return dumps(value)
