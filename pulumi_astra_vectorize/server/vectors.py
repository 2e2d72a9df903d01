"""Exact vector search over float32 matrices kept in memory, one for each vector column.

The store holds the vectors; this is a cache of it. A column is read when it is first searched;
afterwards writers only say which positions they touched, and the next search reads those anew.
So the order in which two writers report never decides what a search sees.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from sqlalchemy import select

from pulumi_astra_vectorize.server.store.schema import Vector
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vector_rows import Rows

POSITIONS_A_QUERY = 1000
"""How many touched positions are read again at once."""


@dataclass
class Column:
    """A vector column as far as it has been read: ``touched`` positions await their reading."""

    entity_id: int
    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: Rows | None = None
    touched: set[int] = field(default_factory=set[int])


class VectorCache:
    """Searches the vectors of a store. All methods may be called from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._columns: dict[tuple[int, str], Column] = {}

    def put(self, entity_id: int, column: str, positions: Iterable[int]) -> None:
        """Tells, after the commit, that these positions of a column have new vectors.

        ``positions`` may be a mapping of vectors by position: the store is what is read.
        """
        known = self._columns.get((entity_id, column))
        if known is not None:
            with known.lock:
                known.touched.update(positions)

    def remove(self, entity_id: int, positions: Iterable[int], column: str | None = None) -> None:
        """Tells, after the commit, that these positions are gone: from one column or from all."""
        gone = list(positions)
        for name in self._columns_of(entity_id):
            if column in (None, name):
                self.put(entity_id, name, gone)

    def forget(self, entity_id: int, column: str | None = None) -> None:
        """Gives up the memory of a dropped column, or of all columns of a dropped entity."""
        for name in self._columns_of(entity_id):
            if column in (None, name):
                with self._lock:
                    self._columns.pop((entity_id, name), None)

    def search(  # noqa: PLR0913, PLR0917 - the terms of a vector search, as the Data API has them
        self,
        entity_id: int,
        column: str,
        query: Sequence[float],
        metric: str,
        limit: int,
        allowed: Collection[int] | None = None,
    ) -> list[tuple[int, float]]:
        """The ``limit`` nearest vectors: position and similarity, best first, then by position.

        ``metric`` is cosine, dot_product or euclidean. ``allowed`` narrows the search to these
        positions. The query has the column's dimension.
        """
        with self._column(entity_id, column) as rows:
            return rows.search(np.array(query, np.float64), metric, limit, allowed)

    def values(
        self, entity_id: int, column: str, positions: Iterable[int]
    ) -> dict[int, list[float]]:
        """The vectors of those positions that have one."""
        with self._column(entity_id, column) as rows:
            return rows.values(positions)

    def _columns_of(self, entity_id: int) -> list[str]:
        with self._lock:
            return [name for entity, name in self._columns if entity == entity_id]

    @contextmanager
    def _column(self, entity_id: int, name: str) -> Generator[Rows]:
        """The column's rows, up to date, for as long as no one else uses them.

        It is known before it is read: what is written meanwhile is touched, and read again.
        """
        with self._lock:
            column = self._columns.setdefault((entity_id, name), Column(entity_id, name))
        with column.lock:
            if column.rows is None:
                column.rows = Rows()
                column.rows.put(self._stored(column))
            touched, column.touched = column.touched, set()
            self._read_again(column, column.rows, touched)
            yield column.rows

    def _read_again(self, column: Column, rows: Rows, touched: Iterable[int]) -> None:
        waiting = iter(touched)
        while positions := list(islice(waiting, POSITIONS_A_QUERY)):
            stored = self._stored(column, positions)
            rows.put(stored)
            rows.remove(position for position in positions if position not in stored)

    def _stored(self, column: Column, positions: list[int] | None = None) -> dict[int, bytes]:
        query = select(Vector.position, Vector.value).where(
            Vector.entity_id == column.entity_id, Vector.column == column.name
        )
        if positions is not None:
            query = query.where(Vector.position.in_(positions))
        with self._store.read() as session:
            return {row.position: row.value for row in session.execute(query)}
