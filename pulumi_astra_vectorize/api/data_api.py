"""The commands of one database's Data API that are needed here (contract data-api.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import BaseModel

from pulumi_astra_vectorize.errors import RefusedError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.transport import Transport

JsonObject = dict[str, Any]

COUNTED_AT_MOST = 1000
"""countDocuments stops there and says that there is more."""

INSERTED_AT_MOST = 100
"""Documents or rows that one insertMany takes."""

ALREADY_EXISTS = "DOCUMENT_ALREADY_EXISTS"


CREDENTIAL_REFUSED = "VECTORIZE_CREDENTIAL_INVALID"
OPTIONS_REFUSED = "INVALID_CREATE_COLLECTION_OPTIONS"

NO_MODEL = "no-model-has-this-name"
"""The Data API checks the credential before the model: a model that cannot exist ends the probe."""

UNKNOWN_KEYSPACE = "UNKNOWN_KEYSPACE"

SYSTEM = "system"
"""What the names of Cassandra's own keyspaces begin with."""


def member(described: JsonObject, name: str) -> JsonObject:
    """An object inside an explained definition; empty where it is absent or null."""
    return cast("JsonObject", described.get(name) or {})


class _Reply(BaseModel):
    """The envelope of every answer (contract data-api.md, section 1)."""

    status: JsonObject = {}
    data: JsonObject = {}
    errors: list[JsonObject] = []


class DataApiError(RefusedError):
    """An error object of the Data API, in its own words; ``code`` is the vendor's errorCode."""


class DataApi:
    """The Data API of one database.

    Args:
        transport: bound to the database's endpoint, its token in the header ``Token``.
        prefix: ``/v1`` on the embedded server and self-hosted, ``/api/json/v1`` on Astra.
    """

    def __init__(self, transport: Transport, prefix: str = "/v1") -> None:
        self._transport = transport
        self._prefix = prefix

    def collections(self, keyspace: str) -> dict[str, JsonObject]:
        """The options of each collection by name; a keyspace that is gone has none."""
        found = self._explained(keyspace, "findCollections", "collections")
        return {item["name"]: item["options"] for item in found}

    def create_collection(self, keyspace: str, name: str, options: JsonObject) -> None:
        """Creates a collection; equal settings under the same name succeed, too."""
        self._change(f"/{keyspace}", "createCollection", {"name": name, "options": options})

    def delete_collection(self, keyspace: str, name: str) -> None:
        """Deletes a collection, or the table of that name: look first."""
        self._change(f"/{keyspace}", "deleteCollection", {"name": name})

    def tables(self, keyspace: str) -> dict[str, JsonObject]:
        """The definition of each table by name; a keyspace that is gone has none."""
        found = self._explained(keyspace, "listTables", "tables")
        return {item["name"]: item["definition"] for item in found}

    def create_table(self, keyspace: str, name: str, definition: JsonObject) -> None:
        """Creates a table."""
        self._change(f"/{keyspace}", "createTable", {"name": name, "definition": definition})

    def drop_table(self, keyspace: str, name: str) -> None:
        """Drops a table, or the collection of that name: look first."""
        body = {"name": name, "options": {"ifExists": True}}
        self._change(f"/{keyspace}", "dropTable", body)

    def alter_table(
        self,
        keyspace: str,
        name: str,
        operation: Literal["add", "drop", "addVectorize", "dropVectorize"],
        columns: Mapping[str, Any] | list[str],
    ) -> None:
        """One alteration: columns to add or to give a service, or names to drop."""
        body = {"operation": {operation: {"columns": columns}}}
        self._change(f"/{keyspace}/{name}", "alterTable", body)

    def indexes(self, keyspace: str, table: str) -> dict[str, JsonObject]:
        """Each index of a table by name: its ``definition`` and ``indexType``."""
        status = self._read(f"/{keyspace}/{table}", "listIndexes", {"options": {"explain": True}})
        return {item["name"]: item for item in status["indexes"]}

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
        return [name for name in status["keyspaces"] if not name.startswith(SYSTEM)]

    def embedding_providers(self) -> JsonObject:
        """What findEmbeddingProviders says, also of models that are deprecated or ended."""
        return self._read("", "findEmbeddingProviders", {"options": {"filterModelStatus": ""}})

    def create_keyspace(self, name: str) -> None:
        """Creates a keyspace; one that is there is fine."""
        self._send("", {"createKeyspace": {"name": name}}, repeatable=True)

    def drop_keyspace(self, name: str) -> None:
        """Drops a keyspace with all that is in it; one that is gone is fine."""
        self._send("", {"dropKeyspace": {"name": name}}, repeatable=True)

    def credential_is_usable(self, keyspace: str, provider: str, token: str) -> bool:
        """Whether the database may use a token: the probe that creates nothing (credentials.md).

        Raises:
            DataApiError: for any answer that says neither yes nor no.
        """
        service = {"provider": provider, "modelName": NO_MODEL}
        service_of_token = {**service, "authentication": {"providerKey": token}}
        body = {"name": "vectorize_probe", "options": {"vector": {"service": service_of_token}}}
        reply = self._ask(f"/{keyspace}", {"createCollection": body}, repeatable=True)
        if not reply.errors:
            raise _created_by_a_probe(keyspace)
        refusal = _error(reply.errors[0])
        if refusal.code == CREDENTIAL_REFUSED:
            return False
        if refusal.code == OPTIONS_REFUSED and NO_MODEL in refusal.message:
            return True
        raise refusal

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
            raise _error(refused[0])

    def _explained(self, keyspace: str, command: str, member_name: str) -> list[JsonObject]:
        try:
            status = self._read(f"/{keyspace}", command, {"options": {"explain": True}})
        except DataApiError as error:
            if error.code != UNKNOWN_KEYSPACE:
                raise
            return []
        return cast("list[JsonObject]", status[member_name])

    def _read(self, path: str, command: str, body: JsonObject) -> JsonObject:
        return self._send(path, {command: body}, repeatable=True).status

    def _change(self, path: str, command: str, body: JsonObject) -> None:
        self._send(path, {command: body}, repeatable=False)

    def _send(
        self,
        path: str,
        body: JsonObject,
        *,
        repeatable: bool,
        parse_float: Callable[[str], float] = float,
    ) -> _Reply:
        reply = self._ask(path, body, repeatable=repeatable, parse_float=parse_float)
        if reply.errors:
            raise _error(reply.errors[0])
        return reply

    def _ask(
        self,
        path: str,
        body: JsonObject,
        *,
        repeatable: bool,
        parse_float: Callable[[str], float] = float,
    ) -> _Reply:
        answer = self._transport.call("POST", self._prefix + path, body, repeatable=repeatable)
        reply = answer.parsed(_Reply, parse_float)
        if not reply.status and not reply.data and not reply.errors:
            raise answer.not_understood()
        return reply


def _created_by_a_probe(keyspace: str) -> DataApiError:
    return DataApiError(
        "PROBE_NOT_UNDERSTOOD",
        f"the Data API accepted a collection in {keyspace!r} whose model does not exist",
        fix="check that the endpoint is a Data API, and delete the collection 'vectorize_probe'",
        source="Astra DB",
    )


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


def _error(said: JsonObject) -> DataApiError:
    from_provider = said.get("scope") == "EMBEDDING_PROVIDER"
    return DataApiError(
        str(said.get("errorCode", "UNKNOWN")),
        str(said.get("message", said)),
        fix="see the vendor's documentation of this code",
        source="embedding provider" if from_provider else "Astra DB",
    )
