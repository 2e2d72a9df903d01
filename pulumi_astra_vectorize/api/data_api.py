"""The commands of one database's Data API that are needed here (contract data-api.md)."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pulumi_astra_vectorize.api.commands import DataApiError, JsonObject, error_of
from pulumi_astra_vectorize.api.questions import Questions
from pulumi_astra_vectorize.api.recent import Recent
from pulumi_astra_vectorize.api.schema_memory import Entities, Kind
from pulumi_astra_vectorize.rules import SYSTEM_KEYSPACES

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.transport import Transport

INSERTED_AT_MOST = 100
"""Documents or rows that one insertMany takes."""

ALREADY_EXISTS = "DOCUMENT_ALREADY_EXISTS"

UNKNOWN_KEYSPACE = "UNKNOWN_KEYSPACE"

LISTS: dict[Kind, tuple[str, str]] = {
    "collections": ("findCollections", "options"),
    "tables": ("listTables", "definition"),
}
"""The command that lists a keyspace, and the member of an item that explains it."""


class DataApi(Questions):
    """The Data API of one database, with its lists as far as they are recent."""

    def __init__(self, transport: Transport, prefix: str = "/v1") -> None:
        super().__init__(transport, prefix)
        self._indexes: Recent[Entities] = Recent()

    def collections(self, keyspace: str, within: float = 0) -> Entities:
        """The options of each collection by name; a keyspace that is gone has none.

        An answer that is at most ``within`` seconds old will do; it is shared: leave it as it is.
        """
        return self._listed("collections", keyspace, within)

    def create_collection(self, keyspace: str, name: str, options: JsonObject) -> None:
        """Creates a collection; equal settings under the same name succeed, too."""
        with self._changing("collections", keyspace):
            self._change(f"/{keyspace}", "createCollection", {"name": name, "options": options})
            self._memory.created("collections", keyspace, name, options)

    def delete_collection(self, keyspace: str, name: str) -> None:
        """Deletes a collection, or the table of that name: look first."""
        with self._changing("collections", keyspace):
            self._change(f"/{keyspace}", "deleteCollection", {"name": name})
            self._memory.removed(keyspace, name)

    def tables(self, keyspace: str, within: float = 0) -> Entities:
        """The definition of each table by name; a keyspace that is gone has none.

        ``within`` as for collections.
        """
        return self._listed("tables", keyspace, within)

    def create_table(self, keyspace: str, name: str, definition: JsonObject) -> None:
        """Creates a table."""
        with self._changing("tables", keyspace):
            self._change(f"/{keyspace}", "createTable", {"name": name, "definition": definition})
            self._memory.created("tables", keyspace, name, definition)

    def drop_table(self, keyspace: str, name: str) -> None:
        """Drops a table, or the collection of that name: look first."""
        body = {"name": name, "options": {"ifExists": True}}
        with self._changing("tables", keyspace):
            self._change(f"/{keyspace}", "dropTable", body)
            self._memory.removed(keyspace, name)

    def add_columns(self, keyspace: str, table: str, columns: JsonObject) -> None:
        """Adds columns to a table."""
        with self._changing("tables", keyspace):
            self._alter(keyspace, table, "add", columns)
            self._memory.columns_added(keyspace, table, columns)

    def drop_columns(self, keyspace: str, table: str, columns: list[str]) -> None:
        """Drops columns of a table."""
        with self._changing("tables", keyspace):
            self._alter(keyspace, table, "drop", columns)
            self._memory.columns_dropped(keyspace, table, columns)

    def set_service(
        self, keyspace: str, table: str, column: str, service: JsonObject | None
    ) -> None:
        """Gives a vector column a service in place of its own; None takes it away."""
        try:
            if service is None:
                self._alter(keyspace, table, "dropVectorize", [column])
            else:
                self._alter(keyspace, table, "addVectorize", {column: service})
        finally:
            self._memory.lost("tables", keyspace)

    def indexes(self, keyspace: str, table: str, within: float = 0) -> Entities:
        """Each index of a table by name: its ``definition`` and ``indexType``.

        ``within`` as for collections.
        """
        path = f"/{keyspace}/{table}"

        def ask() -> Entities:
            status = self._read(path, "listIndexes", {"options": {"explain": True}})
            return {item["name"]: item for item in status["indexes"]}

        return self._indexes.get(path, ask, within)

    def create_vector_index(
        self, keyspace: str, table: str, name: str, definition: JsonObject
    ) -> None:
        """Creates a vector index on a column."""
        body = {"name": name, "definition": definition}
        self._change(f"/{keyspace}/{table}", "createVectorIndex", body)

    def drop_index(self, keyspace: str, name: str) -> None:
        """Drops an index; one that is gone is fine."""
        self._change(f"/{keyspace}", "dropIndex", {"name": name, "options": {"ifExists": True}})

    def keyspaces(self) -> list[str]:
        """The names of the keyspaces that are not the database's own business."""
        status = self._read("", "findKeyspaces", {})
        return [name for name in status["keyspaces"] if name not in SYSTEM_KEYSPACES]

    def embedding_providers(self) -> JsonObject:
        """What findEmbeddingProviders says, also of models that are deprecated or ended."""
        return self._read("", "findEmbeddingProviders", {"options": {"filterModelStatus": ""}})

    def create_keyspace(self, name: str) -> None:
        """Creates a keyspace; one that is there is fine."""
        self._send("", {"createKeyspace": {"name": name}}, repeatable=True)

    def drop_keyspace(self, name: str) -> None:
        """Drops a keyspace with all that is in it; one that is gone is fine."""
        self._send("", {"dropKeyspace": {"name": name}}, repeatable=True)

    def count_documents(self, keyspace: str, collection: str) -> tuple[int, bool]:
        """How many documents a collection holds, and whether there are more than that."""
        status = self._read(f"/{keyspace}/{collection}", "countDocuments", {})
        return status["count"], bool(status.get("moreData"))

    def count_rows(self, keyspace: str, table: str) -> tuple[int, bool]:
        """How many rows the first page of a table holds, and whether there are more."""
        data = self._send(f"/{keyspace}/{table}", {"find": {}}, repeatable=True).data
        return len(data["documents"]), data.get("nextPageState") is not None

    def find_page(
        self,
        keyspace: str,
        name: str,
        *,
        projection: JsonObject,
        condition: JsonObject | None = None,
        page_state: str | None = None,
    ) -> tuple[list[JsonObject], str | None]:
        """A page of documents or rows, exactly as they are, and the state that the next one has.

        Raises:
            DataApiError: NUMBER_TOO_PRECISE beside the vendor's codes.
        """
        options = {"pageState": page_state} if page_state else {}
        body = {"filter": condition or {}, "projection": projection, "options": options}
        path = f"/{keyspace}/{name}"
        data = self._send(path, {"find": body}, repeatable=True, parse_float=_exactly).data
        return data["documents"], data.get("nextPageState")

    def insert_many(self, keyspace: str, name: str, documents: list[JsonObject]) -> None:
        """Writes at most 100 documents that have ids, or upserts rows; may be repeated.

        A document that is there already stays as it is. The others are written though one is
        refused; the first refusal is raised.
        """
        body = {"documents": documents, "options": {"ordered": False}}
        reply = self._ask(f"/{keyspace}/{name}", {"insertMany": body}, repeatable=True)
        refused = [said for said in reply.errors if said.get("errorCode") != ALREADY_EXISTS]
        if refused:
            raise error_of(refused[0])

    @contextmanager
    def _changing(self, kind: Kind, keyspace: str) -> Generator[None]:
        """Around a change and its note: one that fails may have been done for all that."""
        try:
            yield
        except BaseException:
            self._memory.lost(kind, keyspace)
            raise

    def _change(self, path: str, command: str, body: JsonObject) -> None:
        try:
            super()._change(path, command, body)
        finally:
            self._indexes.forget()

    def _alter(
        self,
        keyspace: str,
        table: str,
        operation: Literal["add", "drop", "addVectorize", "dropVectorize"],
        columns: JsonObject | list[str],
    ) -> None:
        body = {"operation": {operation: {"columns": columns}}}
        self._change(f"/{keyspace}/{table}", "alterTable", body)

    def _listed(self, kind: Kind, keyspace: str, within: float) -> Entities:
        return self._memory.entities(
            kind, keyspace, lambda: self._explained(kind, keyspace), within
        )

    def _explained(self, kind: Kind, keyspace: str) -> Entities:
        command, explanation = LISTS[kind]
        try:
            status = self._read(f"/{keyspace}", command, {"options": {"explain": True}})
        except DataApiError as error:
            if error.code != UNKNOWN_KEYSPACE:
                raise
            return {}
        return {item["name"]: item[explanation] for item in status[kind]}


def _exactly(digits: str) -> float:
    """A fraction that Python's float holds without losing a digit."""
    value = float(digits)
    if repr(value) != digits and Decimal(repr(value)) != Decimal(digits):
        raise DataApiError(
            "NUMBER_TOO_PRECISE",
            f"a number that was read has more digits ({len(digits)}) than can be written back",
            fix="store it as a string, or with 15 digits at most, before this step",
        )
    return value
