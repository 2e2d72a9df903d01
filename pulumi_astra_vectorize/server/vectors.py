"""Exact vector search over float32 matrices kept in memory, one for each vector column.

The store holds the vectors; this is a cache of it. A column is read when it is first searched;
afterwards writers only say which positions they touched, and the next search reads those anew.
The fields that a filter looks at are read beside the vectors, when a search first has that filter.
So the order in which two writers report never decides what a search sees.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Executable, select

from pulumi_astra_vectorize.server.field_values import Body, FieldTest, FieldTests
from pulumi_astra_vectorize.server.store.schema import Record, Vector
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vector_rows import Narrowing, Rows

POSITIONS_A_QUERY = 1000
"""How many touched positions are read again at once."""

MOST_TOUCHED = 50_000
"""How many positions are noted: a column that is written to and never searched costs no more."""

ROWS_AT_ONCE = 1000
"""How many are in memory twice while a column is read."""


@dataclass
class Column:
    """A vector column as far as it has been read: ``touched`` positions await their reading."""

    entity_id: int
    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: Rows | None = None
    touched: set[int] = field(default_factory=set[int])

    def touch(self, positions: Iterable[int]) -> None:
        """Notes what is to be read again; of too much, that everything is. Holds the lock."""
        if self.rows is not None:
            self.touched.update(positions)
        if len(self.touched) > MOST_TOUCHED:
            self.rows, self.touched = None, set()


class VectorCache:
    """Searches the vectors of a store. All methods may be called from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._columns: dict[tuple[int, str], Column] = {}

    def put(self, entity_id: int, column: str, positions: Iterable[int]) -> None:
        """Tells, after the commit, that vectors or fields of these positions are new.

        ``positions`` may be a mapping of vectors by position: the store is what is read.
        """
        known = self._columns.get((entity_id, column))
        if known is not None:
            with known.lock:
                known.touch(positions)

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
        allowed: Narrowing | None = None,
    ) -> list[tuple[int, float]]:
        """The ``limit`` nearest vectors: position and similarity, best first, then by position.

        ``metric`` is cosine, dot_product or euclidean. ``allowed`` narrows the search to positions
        or to the records that pass tests. The query has the column's dimension.
        """
        with self._column(entity_id, column) as rows:
            if isinstance(allowed, (FieldTest, FieldTests)):
                self._read_fields(entity_id, rows, allowed)
            return rows.search(np.array(query, np.float64), metric, limit, allowed)

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
            rows, column.rows = column.rows, None  # whatever fails midway is read anew
            touched, column.touched = column.touched, set()
            if rows is None:
                rows = self._read(column)
            self._read_again(column, rows, touched)
            yield rows
            column.rows = rows

    def _read(self, column: Column) -> Rows:
        rows = Rows()
        for stored in self._stored(column):
            rows.put(stored)
        return rows

    def _read_again(self, column: Column, rows: Rows, touched: Iterable[int]) -> None:
        rows.forget_fields(())  # whose values are mostly gone: no filter may ask for them again
        waiting = iter(touched)
        while positions := list(islice(waiting, POSITIONS_A_QUERY)):
            gone = set(positions)
            for stored in self._stored(column, positions):
                rows.put(stored)
                gone -= stored.keys()
            rows.remove(gone)
            if rows.fields:
                for bodies in self._bodies(column.entity_id, positions):
                    rows.put_fields(bodies, list(rows.fields))

    def _read_fields(self, entity_id: int, rows: Rows, tests: FieldTest | FieldTests) -> None:
        """Makes sure that the tests' fields are there, and not too many others."""
        rows.forget_fields(tests.fields())
        missing = [field for field in tests.fields() if field not in rows.fields]
        if missing:
            rows.put_fields({}, missing)  # however few records are left since the vectors were read
            for bodies in self._bodies(entity_id):
                rows.put_fields(bodies, missing)
            rows.gather()

    def _stored(
        self, column: Column, positions: list[int] | None = None
    ) -> Iterator[dict[int, bytes]]:
        query = select(Vector.position, Vector.value).where(
            Vector.entity_id == column.entity_id, Vector.column == column.name
        )
        return self._parts(
            query if positions is None else query.where(Vector.position.in_(positions))
        )

    def _bodies(
        self, entity_id: int, positions: list[int] | None = None
    ) -> Iterator[dict[int, Body]]:
        query = select(Record.position, Record.body).where(Record.entity_id == entity_id)
        return self._parts(
            query if positions is None else query.where(Record.position.in_(positions))
        )

    def _parts(self, query: Executable) -> Iterator[dict[int, Any]]:
        """What a query finds by position, as it is read."""
        with self._store.read() as session:
            found = session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
            for part in found.partitions():
                yield {row[0]: row[1] for row in part}
