"""What a Data API would refuse, asked in ways that create nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_astra_vectorize.api.commands import (
    CREDENTIAL_REFUSED,
    Commands,
    DataApiError,
    JsonObject,
    error_of,
)
from pulumi_astra_vectorize.api.schema_memory import SchemaMemory
from pulumi_astra_vectorize.errors import NotFoundError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.transport import Transport

OPTIONS_REFUSED = "INVALID_CREATE_COLLECTION_OPTIONS"
OTHER_SETTINGS = "EXISTING_COLLECTION_DIFFERENT_SETTINGS"
TABLE_IS_THERE = "CANNOT_ADD_EXISTING_TABLE"

NO_MODEL = "no-model-has-this-name"
"""The Data API checks the credential before the model: a model that cannot exist ends the probe."""


class Questions(Commands):
    """Questions to one database about definitions and credentials."""

    def __init__(self, transport: Transport, prefix: str = "/v1") -> None:
        super().__init__(transport, prefix)
        self._memory = SchemaMemory()

    def check_definition(self, keyspace: str, name: str, options: JsonObject) -> None:
        """Asks for a collection under the name of one with other settings, which creates nothing.

        The Data API looks at the definition first, and then at what has the name
        (CreateCollectionCommandResolver before CreateCollectionOperation, stargate/data-api). So
        no room for another collection is needed. What only the database under it can refuse (a
        source model or an analyzer that it does not have) is not found out.

        Raises:
            DataApiError: what the definition is refused for.
        """
        body = {"createCollection": {"name": name, "options": options}}
        reply = self._ask(f"/{keyspace}", body, repeatable=True)
        if not reply.errors:  # it has these settings, or is gone: then this is the new one
            self._memory.lost("collections", keyspace)
        elif reply.errors[0].get("errorCode") != OTHER_SETTINGS:
            raise error_of(reply.errors[0])

    def check_column(self, keyspace: str, table: str, column: str, described: JsonObject) -> None:
        """Asks for another table under the name of one that is there, which creates nothing.

        alterTable gives no way to ask without effect. createTable looks at its columns first, and
        that the name is taken only the database says (contract data-api.md, section 7: ``ok: 0``).

        Raises:
            DataApiError: what such a column is refused for.
            NotFoundError: TABLE_WAS_DROPPED.
        """
        key = f"key_beside_{column}"
        definition = {"columns": {key: "text", column: described}, "primaryKey": key}
        body = {"createTable": {"name": table, "definition": definition}}
        reply = self._ask(f"/{keyspace}", body, repeatable=True)
        if not reply.errors:
            self._memory.lost("tables", keyspace)
            raise _created_by_a_question(keyspace, table)
        if reply.errors[0].get("errorCode") != TABLE_IS_THERE:
            raise error_of(reply.errors[0])

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
        refusal = error_of(reply.errors[0])
        if refusal.code == CREDENTIAL_REFUSED:
            return False
        if refusal.code == OPTIONS_REFUSED and NO_MODEL in refusal.message:
            return True
        raise refusal


def _created_by_a_probe(keyspace: str) -> DataApiError:
    return DataApiError(
        "PROBE_NOT_UNDERSTOOD",
        f"the Data API accepted a collection in {keyspace!r} whose model does not exist",
        fix="check that the endpoint is a Data API, and delete the collection 'vectorize_probe'",
        source="Astra DB",
    )


def _created_by_a_question(keyspace: str, table: str) -> NotFoundError:
    return NotFoundError(
        "TABLE_WAS_DROPPED",
        f"table {table!r} of {keyspace!r} was dropped while a column of it was asked for, and the "
        "question has made an empty one of that name",
        fix="find out what drops it, delete the empty one, and run `pulumi up` again",
    )
