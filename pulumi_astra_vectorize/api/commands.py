"""Commands of the Data API on their way: envelope, answer, error (data-api.md, section 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict

from pulumi_astra_vectorize.errors import RefusedError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.transport import Transport

JsonObject = dict[str, Any]


def member(described: JsonObject, name: str) -> JsonObject:
    """An object inside an explained definition; empty where it is absent or null."""
    return cast("JsonObject", described.get(name) or {})


class Reply(BaseModel):
    """The envelope of every answer (contract data-api.md, section 1)."""

    model_config = ConfigDict(defer_build=True)
    status: JsonObject = {}
    data: JsonObject = {}
    errors: list[JsonObject] = []


class DataApiError(RefusedError):
    """An error object of the Data API, in its own words; ``code`` is the vendor's errorCode."""


class Commands:
    """Sends commands to one database.

    Args:
        transport: bound to the database's endpoint, its token in the header ``Token``.
        prefix: ``/v1`` on the embedded server and self-hosted, ``/api/json/v1`` on Astra.
    """

    def __init__(self, transport: Transport, prefix: str = "/v1") -> None:
        self._transport = transport
        self._prefix = prefix

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
    ) -> Reply:
        reply = self._ask(path, body, repeatable=repeatable, parse_float=parse_float)
        if reply.errors:
            raise error_of(reply.errors[0])
        return reply

    def _ask(
        self,
        path: str,
        body: JsonObject,
        *,
        repeatable: bool,
        parse_float: Callable[[str], float] = float,
    ) -> Reply:
        answer = self._transport.call("POST", self._prefix + path, body, repeatable=repeatable)
        reply = answer.parsed(Reply, parse_float)
        if not reply.status and not reply.data and not reply.errors:
            raise answer.not_understood()
        return reply


FEATURE_OFF = (
    "take `{0}` out of the program, or switch the feature on in the Data API (a self-hosted one: "
    "STARGATE_FEATURE_FLAGS_{1}=true)"
)

NO_ROOM = "delete a collection or an index that nobody needs, or use another database"

CREDENTIAL_MISSING = (
    "see that the service has a token, that it is there, and that this database is in its scope "
    "(`astra-vectorize doctor`); and that a self-hosted Data API reaches the integrations service "
    "(its QUARKUS_REST_CLIENT_CREDENTIALS_URL)"
)

CREDENTIAL_REFUSED = "VECTORIZE_CREDENTIAL_INVALID"
BEFORE_THE_PROVIDER = frozenset(
    {
        "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE",
        "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED",
    }
)
"""Codes whose scope names the embedding provider, which was not even asked: there was no secret to
ask it with (contract data-api.md, section 10)."""

NEXT_STEPS = {
    "UNKNOWN_KEYSPACE": "add a Keyspace to the program and pass it as `keyspace`, so that it comes "
    "first; or correct the name",
    "UNKNOWN_COLLECTION_OR_TABLE": "it was dropped: run `pulumi refresh`, and then "
    "`pulumi up`, which makes it anew; or correct the name",
    "CANNOT_ADD_EXISTING_INDEX": "an index of that name is on another column or table of the "
    "keyspace: give this one another `name` (VectorIndex(name=...)), or drop the other",
    "CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN": "give the column another name, or its old type; or "
    "have an empty table made anew: `pulumi up --replace URN`, and `delete_before_replace=True` "
    "among its options",
    "EMBEDDING_SERVICE_NOT_CONFIGURED": "give the collection or column a `service`; or bring "
    "vectors of your own, and have no text in `$vectorize` (in a file for `load`: rename it)",
    **dict.fromkeys({*BEFORE_THE_PROVIDER, CREDENTIAL_REFUSED}, CREDENTIAL_MISSING),
    "INVALID_CREATE_COLLECTION_OPTIONS": "correct what it names; `astra-vectorize doctor` tells "
    "whether this Data API takes user access tokens at all",
    "LEXICAL_FEATURE_NOT_ENABLED": FEATURE_OFF.format("lexical", "LEXICAL"),
    "RERANKING_FEATURE_NOT_ENABLED": FEATURE_OFF.format("rerank", "RERANKING"),
    "TOO_MANY_COLLECTIONS": "delete a collection that nobody needs, or use another database",
    "TOO_MANY_INDEXES": NO_ROOM,
    "TOO_MANY_INDEXES_FOR_COLLECTION": NO_ROOM,
    "VECTORIZE_FEATURE_NOT_AVAILABLE": "switch it on in a self-hosted Data API "
    "(STARGATE_JSONAPI_OPERATIONS_VECTORIZE_ENABLED=true); the embedded server embeds through "
    "Hugging Face only",
    "UNSUPPORTED_DATA_TYPE_TABLE_CREATION": "use a type that is supported; a table that has such a "
    "column already, made by CQL, is taken over with `adopt=True`",
    "CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS": "use a type that is supported; or add the column "
    "by CQL first",
}
"""What to do about codes of the vendor that a program or a file can be the cause of."""


def error_of(said: JsonObject) -> DataApiError:
    """The error object of an answer as an exception."""
    code = str(said.get("errorCode", "UNKNOWN"))
    asked = said.get("scope") == "EMBEDDING_PROVIDER" and code not in BEFORE_THE_PROVIDER
    who = "embedding provider" if asked else "vendor"
    return DataApiError(
        code,
        str(said.get("message", said)),
        fix=NEXT_STEPS.get(code, f"see the {who}'s documentation of what it says"),
        source="embedding provider" if asked else "Astra DB",
    )
