"""The records nearest to a vector, of those that a filter keeps: collections and tables alike."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.records import Stored, records_at
from pulumi_astra_vectorize.server.field_values import FieldTests
from pulumi_astra_vectorize.server.vector_rows import Narrowing

NearestOf = Callable[[Narrowing | None], list[tuple[int, float]]]
"""Searches the vectors, all of them or narrowed: positions and similarities, best first."""


@dataclass(frozen=True)
class Filter:
    """What a search is narrowed by.

    Attributes:
        positions: reads where the records are that the filter keeps.
        tests: the same as tests on fields, which are made without reading a record; None where
            reading them is quicker, or the filter is not on fields alone.
    """

    positions: Callable[[], Collection[int]]
    tests: FieldTests | None = None


def nearest_records(
    session: Session, nearest_of: NearestOf, kept: Filter | None
) -> list[tuple[Stored, float]]:
    """The nearest records with their similarities, best first; without a filter, of all."""
    if kept is None:
        return _with_records(session, nearest_of(None))
    if kept.tests is not None:
        found = _with_records(session, nearest_of(kept.tests))
        if all(kept.tests.matches(record.body) for record, _ in found):
            return found  # otherwise a writer has committed what the vectors' cache was not told
    return _with_records(session, nearest_of(kept.positions()))


def _with_records(session: Session, found: list[tuple[int, float]]) -> list[tuple[Stored, float]]:
    similarities = dict(found)
    records = records_at(session, list(similarities))
    return [(record, similarities[record.position]) for record in records]
