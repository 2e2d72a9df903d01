"""The vectors of one column as a matrix: adding, removing, exact nearest neighbours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulumi_astra_vectorize.server.dot_products import Floats, Integers, dot_products
from pulumi_astra_vectorize.server.field_values import (
    Body,
    Codes,
    Field,
    FieldTest,
    FieldTests,
    FieldValues,
    passing,
)

Doubles = NDArray[np.float64]

WIRE = np.dtype("<f4")
"""How vectors stand in the store."""

ROUNDING = 1e-5
"""A generous bound on the relative error of a float32 dot product."""

SAFE_SCALE = (1e-20, 1e30)
"""Between these, products of float32 numbers neither vanish nor overflow."""

SPARE_ROOM = 1 / 8
"""How much more room is made than is needed: it is memory that holds nothing."""

EXACT_POWERS = np.array([float(10**power) for power in range(23)])
"""The powers of ten that doubles hold exactly."""

SMALLEST_MAGNITUDE, LARGEST_MAGNITUDE = -14, 27
"""The decimal exponents of numbers that these powers bring to 9, and to 6 digits."""

COLUMNS_AT_ONCE = 16
"""Their numbers in one row are what the processor reads from memory at once."""

MOST_GROUPS = 32
"""So many groups of rows are large enough each to be scored by themselves."""

LARGEST = float(np.finfo(np.float32).max)
"""What a float32 holds at most."""

FIELDS_KEPT = 16
"""How many fields are held beside the vectors, unless one filter looks at more."""

Narrowing = Collection[int] | FieldTest | FieldTests
"""What narrows a search: positions, or tests on fields."""


class Rows:
    """A growing matrix of vectors, each known by its position, with values of fields beside it.

    A removed row is filled with the last one, so removing costs the same however large the column
    is. Room is made in place: a second matrix would need the memory of the first one again.
    """

    def __init__(self) -> None:
        self.fields: dict[Field, FieldValues] = {}
        self._row_of: dict[int, int] = {}
        self._positions: Integers = np.empty(0, np.int64)
        self._lengths: Doubles = np.empty(0, np.float64)
        self._matrix: Floats = np.empty((0, 0), np.float32)

    def __len__(self) -> int:
        return len(self._row_of)

    def put(self, vectors: Mapping[int, bytes]) -> None:
        """Adds vectors, as the store holds them, or replaces those of known positions."""
        if not vectors:
            return
        added = np.reshape(np.frombuffer(b"".join(vectors.values()), WIRE), (len(vectors), -1))
        self._make_room(len(self) + len(vectors), added.shape[1])
        rows = [self._row_of.setdefault(position, len(self._row_of)) for position in vectors]
        self._matrix[rows] = added
        self._lengths[rows] = np.linalg.norm(added.astype(np.float64), axis=1)
        self._positions[rows] = list(vectors)

    def put_fields(self, bodies: Mapping[int, Body], fields: Iterable[Field]) -> None:
        """Takes the values of fields out of records; those without a vector do not matter."""
        known = {self._row_of[it]: body for it, body in bodies.items() if it in self._row_of}
        for field in fields:
            if field not in self.fields:
                self.fields[field] = FieldValues(field, len(self._positions))
            self.fields[field].put(list(known), known.values())

    def gather(self) -> None:
        """Brings rows together that have the same values in fields of few values.

        What a filter on such a field keeps lies side by side then, and nothing else is scored.
        """
        groups, codes = 1, list[Codes]()
        for values in self.fields.values():
            if groups * values.distinct <= MOST_GROUPS:
                groups *= values.distinct
                codes.insert(0, values.codes[: len(self)])
        order = np.lexsort(codes) if codes else np.empty(0, np.int64)
        if np.any(np.diff(order) < 0):  # otherwise they lie so already
            self._reorder(order)

    def _reorder(self, order: Integers) -> None:
        """A part of the columns at a time: a second matrix would need as much memory again."""
        count = len(order)
        for start in range(0, self._matrix.shape[1], COLUMNS_AT_ONCE):
            columns = slice(start, start + COLUMNS_AT_ONCE)
            self._matrix[:count, columns] = self._matrix[order, columns]
        for column in self._beside_the_matrix():
            column[:count] = column[order]
        self._row_of = {it: row for row, it in enumerate(self._positions[:count].tolist())}

    def forget_fields(self, wanted: Iterable[Field]) -> None:
        """Gives up fields whose values are mostly gone, and the oldest of too many unwanted."""
        needed = set(wanted)
        unwanted = [field for field in self.fields if field not in needed]
        too_many = max(0, len(unwanted) + len(needed) - FIELDS_KEPT)
        mostly_gone = [it for it, values in self.fields.items() if values.mostly_gone(len(self))]
        for field in [*mostly_gone, *unwanted[:too_many]]:
            self.fields.pop(field, None)

    def remove(self, positions: Iterable[int]) -> None:
        """Removes the vectors of these positions; unknown ones are no error."""
        for position in positions:
            row = self._row_of.pop(position, None)
            if row is not None:
                self._fill(row)

    def search(
        self, query: Doubles, metric: str, limit: int, allowed: Narrowing | None
    ) -> list[tuple[int, float]]:
        """The nearest vectors: position and similarity, best first, then by position.

        A similarity has the digits of a float32, which is what the database answers. The fields
        that tests look at must have been put.
        """
        if not self._row_of:
            return []
        rows = self._candidates(query, metric, limit, self._rows(allowed))
        similarities = _similarities(self._matrix[rows].astype(np.float64), query, metric)
        positions = self._positions[rows]
        best = np.lexsort((positions, -similarities))[:limit]
        bounded = np.minimum(np.maximum(similarities[best], -LARGEST), LARGEST)
        answered = bounded.astype(np.float32)
        return list(zip(positions[best].tolist(), shortest(answered).tolist(), strict=True))

    def _rows(self, allowed: Narrowing | None) -> Integers:
        """In ascending order."""
        if allowed is None:
            return np.arange(len(self))
        if isinstance(allowed, (FieldTest, FieldTests)):
            return np.flatnonzero(passing(allowed, self.fields, len(self)))
        known = (self._row_of.get(position) for position in allowed)
        return np.sort(np.fromiter((row for row in known if row is not None), np.int64))

    def _candidates(self, query: Doubles, metric: str, limit: int, rows: Integers) -> Integers:
        """Those rows that float32 arithmetic cannot exclude from the best ``limit``.

        The whole column is scored fast and roughly, and only what comes close is scored exactly:
        a matrix product alone would order equal vectors by chance.
        """
        if len(rows) <= limit:
            return rows
        lengths = self._lengths[rows]
        length = float(np.linalg.norm(query))
        longest = 1.0 if metric == "cosine" else float(lengths.max())
        scale = longest * length + (longest**2 if metric == "euclidean" else 0.0)
        if not SAFE_SCALE[0] < scale < SAFE_SCALE[1]:
            return rows
        scores = _rough_scores(
            dot_products(self._matrix[: len(self)], query.astype(np.float32), rows), lengths, metric
        )
        last = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        close: Integers = rows[scores >= last - 4 * ROUNDING * scale]
        return close

    def _make_room(self, count: int, dimension: int) -> None:
        if count <= len(self._positions):
            return
        room = int(count * (1 + SPARE_ROOM))
        # Nobody else holds these arrays: views of them do not leave the methods of this class.
        self._matrix.resize((room, dimension), refcheck=False)
        for column in self._beside_the_matrix():
            column.resize(room, refcheck=False)

    def _beside_the_matrix(self) -> list[NDArray[Any]]:
        codes = [values.codes for values in self.fields.values()]
        return [self._lengths, self._positions, *codes]

    def _fill(self, row: int) -> None:
        last = len(self._row_of)
        if row == last:
            return
        for column in (self._matrix, *self._beside_the_matrix()):
            column[row] = column[last]
        self._row_of[int(self._positions[row])] = row


def _rough_scores(dots: Floats, lengths: Doubles, metric: str) -> Doubles:
    """Numbers that order as the similarities do, up to rounding."""
    scores: Doubles = dots.astype(np.float64)
    if metric == "cosine":
        np.divide(scores, lengths, out=scores, where=lengths > 0)
    elif metric == "euclidean":
        scores *= 2.0
        scores -= np.square(lengths)
    return scores


def _similarities(vectors: Doubles, query: Doubles, metric: str) -> Doubles:
    """Cassandra's similarities (contract data-api.md, section 6: ``$similarity``).

    Each row is summed on its own, so equal vectors have equal similarities.
    """
    if metric == "euclidean":
        closeness: Doubles = 1.0 / (1.0 + np.square(vectors - query).sum(axis=1))
        return closeness
    dots: Doubles = (vectors * query).sum(axis=1)
    if metric == "cosine":
        lengths = np.sqrt(np.square(vectors).sum(axis=1)) * np.sqrt(np.square(query).sum())
        dots = np.maximum(-1.0, np.minimum(1.0, dots / np.where(lengths > 0, lengths, 1.0)))
    return (1.0 + dots) / 2.0


def shortest(vectors: Floats) -> Doubles:
    """The same numbers in the fewest decimal digits that still mean the same float32.

    A client that stored 0.1 reads 0.1, not 0.10000000149011612. One multiplication and one
    division by powers of ten that are exact give the nearest double; numbers too large or too
    small for these powers go one by one.
    """
    exact = vectors.astype(np.float64)
    magnitude = np.floor(np.log10(np.abs(exact), where=exact != 0, out=np.zeros_like(exact)))
    numbers = exact
    for digits in (9, 8, 7, 6):
        places = (digits - 1 - magnitude).astype(np.intp)
        up, down = (EXACT_POWERS.take(it, mode="clip") for it in (places, -places))
        rounded = np.round(exact * up / down) * down / up
        numbers = np.where(rounded.astype(np.float32) == vectors, rounded, numbers)
    extreme = (magnitude < SMALLEST_MAGNITUDE) | (magnitude > LARGEST_MAGNITUDE)
    numbers[extreme] = [float(str(number)) for number in vectors[extreme]]
    return numbers
