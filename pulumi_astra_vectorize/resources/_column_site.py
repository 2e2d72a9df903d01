"""One column of one table on the server: what is there, and the statements that change it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from pulumi_astra_vectorize.api.commands import DataApiError, JsonObject
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS
from pulumi_astra_vectorize.errors import AstraVectorizeError, NotFoundError
from pulumi_astra_vectorize.reload.rows import Rows
from pulumi_astra_vectorize.resources._settle import LOST, settle
from pulumi_astra_vectorize.resources._vector_index import (
    IndexInputs,
    IndexThere,
    vector_index_on,
)
from pulumi_astra_vectorize.resources.embedding_service import (
    ServiceInputs,
    explained,
    from_wire,
)
from pulumi_astra_vectorize.rules import TEXT_TYPES

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target


TRIES = 3
"""How often an added column is taken back whose requests lose their answers."""


class Addressed(Protocol):
    """Inputs that say which column is meant."""

    @property
    def keyspace(self) -> str:
        """The table's keyspace."""
        ...

    @property
    def table(self) -> str:
        """The table's name."""
        ...

    @property
    def name(self) -> str:
        """The column's name."""
        ...


class Site:
    """Where a vector column is, or will be."""

    def __init__(self, target: Target, database: Database, address: Addressed) -> None:
        self.database = database
        self._target = target
        self._api = target.data_api(database)
        self._keyspace, self._table, self._name = address.keyspace, address.table, address.name
        self._added = False

    def __str__(self) -> str:
        return f"{self.database.name}/{self._keyspace}/{self._table}.{self._name}"

    def column(self, within: float = 0) -> JsonObject | None:
        """The column as listTables explains it, or None.

        An answer that is at most ``within`` seconds old will do.

        Raises:
            NotFoundError: TABLE_NOT_FOUND.
        """
        found: JsonObject | None = self._definition(within)["columns"].get(self._name)
        return found

    def column_or_none(self, within: float) -> JsonObject | None:
        """The same, where a table that is gone takes the column with it."""
        try:
            return self.column(within)
        except NotFoundError:
            return None

    def is_there(self) -> bool:
        """Whether the table has the column."""
        return self.column() is not None

    def rows(self, text: str) -> Rows:
        """The table's rows, whose column ``text`` is to be embedded.

        Raises:
            NotFoundError: TABLE_NOT_FOUND, TEXT_COLUMN_NOT_FOUND.
        """
        definition = self._definition(ACTING_SECONDS)
        if definition["columns"].get(text, {}).get("type") not in TEXT_TYPES:
            raise NotFoundError(
                "TEXT_COLUMN_NOT_FOUND",
                f"{self.database.name}/{self._keyspace}/{self._table} has no column of text "
                f"{text!r}",
                fix="correct `reload_from`, or add the column to the table",
            )
        key = definition["primaryKey"]
        names = (*key["partitionBy"], *key["partitionSort"])
        return Rows(self._api, self._keyspace, self._table, names, text, self._name)

    def column_there(self) -> JsonObject:
        """The column right after it was made sure to be there."""
        return self.column(ACTING_SECONDS) or {}

    def check(self, dimension: int | None, service: ServiceInputs | None) -> None:
        """Raises what the server would refuse the column for, and changes nothing."""
        with self._explaining(service), self._target.schema_change(self.database):
            described = _described(dimension, service)
            self._api.check_column(self._keyspace, self._table, self._name, described)

    def add_if_missing(self, dimension: int | None, service: ServiceInputs | None) -> bool:
        """Adds the vector column with its service; the dimension may be the model's own.

        Whether it had to be added: then nothing else is there of it, no index either.
        """
        if self.column(ACTING_SECONDS) is not None:
            return False
        self._added = True  # by us, unless the server refuses it
        settle(
            lambda: self._add(_described(dimension, service), service),
            lambda: self.column() is not None,
        )
        return True

    def set_service(self, service: ServiceInputs | None) -> None:
        """Gives the column another service, or takes it away; its vectors stay."""
        there = self._service()
        if service is None:
            if there is not None:
                self._api.set_service(self._keyspace, self._table, self._name, None)
        elif there != service.as_user_wrote():
            settle(
                lambda: self._give(service),
                lambda: self._service() == service.as_user_wrote(),
            )

    def index(self, within: float = 0) -> IndexThere | None:
        """The column's vector index, if it has one; ``within`` as for ``column``."""
        return vector_index_on(self._api.indexes(self._keyspace, self._table, within), self._name)

    def index_matches(self, there: IndexThere | None, wanted: IndexInputs | None) -> bool:
        """Whether the index is what the program says."""
        if there is None or wanted is None:
            return there is None and wanted is None
        return there.equals(wanted, self._table, self._name)

    def set_index(self, wanted: IndexInputs | None) -> None:
        """An index cannot be changed: another one takes its place."""
        there = self.index()
        if self.index_matches(there, wanted):
            return
        if there is not None:
            self._api.drop_index(self._keyspace, there.name)
        if wanted is not None:
            self.create_index(wanted)

    def create_index(self, wanted: IndexInputs) -> None:
        """Gives the column, which has none, an index."""
        name = wanted.named(self._table, self._name)
        definition = wanted.definition(self._name)
        settle(
            lambda: self._api.create_vector_index(self._keyspace, self._table, name, definition),
            lambda: self.index_matches(self.index(), wanted),
        )

    def detach(self, column: JsonObject) -> None:
        """Takes service and index from a column that was there before this resource."""
        if column.get("service"):
            self.set_service(None)
        self.set_index(None)

    def drop(self) -> None:
        """Drops the column, its index first."""
        with self._target.schema_change(self.database):
            self.set_index(None)
            self._api.drop_columns(self._keyspace, self._table, [self._name])

    @contextmanager
    def left_as_it_was(self, *, added: bool) -> Generator[None, None, None]:
        """Takes an added column back on an error: the engine forgets a creation that failed."""
        try:
            yield
        except AstraVectorizeError:
            if added and self._added:
                self._take_back()
            raise

    def _take_back(self) -> None:
        """Drops the column, though answers are lost; the error before is the one to tell."""
        for _ in range(TRIES):
            try:
                if self.column_or_none(within=0) is not None:
                    self.drop()
            except AstraVectorizeError as error:
                if error.code in LOST:
                    continue
            return

    def count_rows(self) -> tuple[int, bool]:
        """How many rows the table has, and whether there are more than that."""
        return self._api.count_rows(self._keyspace, self._table)

    def _service(self) -> dict[str, Any] | None:
        return from_wire(self.column_there().get("service"))

    def _add(self, described: JsonObject, service: ServiceInputs | None) -> None:
        try:
            with self._explaining(service):
                self._api.add_columns(self._keyspace, self._table, {self._name: described})
        except AstraVectorizeError as error:
            self._added = error.code in LOST
            raise

    def _give(self, service: ServiceInputs) -> None:
        with self._explaining(service):
            self._api.set_service(self._keyspace, self._table, self._name, service.to_wire())

    @contextmanager
    def _explaining(self, service: ServiceInputs | None) -> Generator[None]:
        try:
            yield
        except DataApiError as error:
            raise explained(error, service, self.database, self._target) from None

    def _definition(self, within: float) -> JsonObject:
        definition = self._api.tables(self._keyspace, within).get(self._table)
        if definition is None:
            raise self._no_table()
        return definition

    def _no_table(self) -> NotFoundError:
        return NotFoundError(
            "TABLE_NOT_FOUND",
            f"{self.database.name}/{self._keyspace} has no table {self._table!r}",
            fix="create it before its columns: pass the Table resource as `table`, or correct the "
            "name",
            source="Astra DB",
        )


def _described(dimension: int | None, service: ServiceInputs | None) -> JsonObject:
    """A vector column in the Data API's words: what was written, nothing else."""
    described: JsonObject = {"type": "vector"}
    if dimension is not None:
        described["dimension"] = dimension
    if service is not None:
        described["service"] = service.to_wire()
    return described
