"""What the embedded server holds, asked over HTTP, and what it should hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from pulumi_astra_vectorize.server.lookups.credentials import resolve_secret
from pulumi_astra_vectorize.server.process import OpenServer, running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.reliability import programs

Json = dict[str, Any]

KEYSPACE = "default_keyspace"
NOTHING: Json = {"integrations": [], "tokens": {}, "collections": {}, "tables": {}}


class HeldWorld:
    """A running server, as somebody sees it who asks for everything."""

    def __init__(self, opened: OpenServer, http: httpx.Client, spool: str) -> None:
        self.url = opened.addresses.url
        self.token = Path(opened.addresses.token_file).read_text().strip()
        self.databases = {database.name: database for database in opened.addresses.databases}
        self.state = opened.state
        self._names = {database.id: database.name for database in opened.addresses.databases}
        self._http, self._spool = http, spool

    def configuration(self, url: str | None = None) -> dict[str, str]:
        """What `pulumi config` would hold for this server, or for a proxy before it."""
        return {
            "astra-vectorize:endpoint": url or self.url,
            "astra-vectorize:applicationToken": self.token,
            "astra-vectorize:spoolFolder": self._spool,
        }

    def call(self, method: str, path: str, **more: Any) -> Any:
        """An authorised request to the main port; the JSON of its answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self._http.request(method, self.url + path, headers=headers, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def command(self, database: str, name: str, body: Json, *path: str) -> Json:
        """The reply to a Data API command."""
        url = "/".join([self.databases[database].url, "v1", KEYSPACE, *path])
        answer = self._http.post(url, json={name: body}, headers={"Token": self.token})
        reply: Json = answer.json()
        assert "errors" not in reply, reply
        return reply

    def tokens(self) -> dict[str, Json]:
        """Every user access token of every integration, by name."""
        return {
            token["name"]: token
            for integration in self.call("GET", INTEGRATIONS)
            for token in self.call("GET", f"{INTEGRATIONS}/{integration['provider']}/tokens")
        }

    def scope(self, token: str) -> set[str]:
        """The names of the databases that a token may serve."""
        return {self._names[identifier] for identifier in self.tokens()[token]["databases"]}

    def secret(self, token: str, database: str) -> str:
        """The secret with which a database would embed now."""
        address = self.databases[database]
        return resolve_secret(self.state, "huggingface", f"{token}.providerKey", address.id)

    def held(self) -> Json:
        """Everything, in the vendor's words."""
        return {
            "integrations": [item["provider"] for item in self.call("GET", INTEGRATIONS)],
            "tokens": {
                name: {database: self.secret(name, database) for database in self.scope(name)}
                for name in self.tokens()
            },
            "collections": {
                (database, item["name"]): _collection_settings(item["options"])
                for database in self.databases
                for item in self._explained(database, "findCollections", "collections")
            },
            "tables": {
                (database, item["name"]): self._table(database, item)
                for database in self.databases
                for item in self._explained(database, "listTables", "tables")
            },
        }

    @contextmanager
    def left_empty(self) -> Iterator[None]:
        """What a failed test leaves goes before the next one."""
        try:
            yield
        except BaseException:
            self.wipe()
            raise

    def wipe(self) -> None:
        """Removes everything, whoever made it."""
        held = self.held()
        for database, name in held["collections"]:
            self.command(database, "deleteCollection", {"name": name})
        for database, name in held["tables"]:
            self.command(database, "dropTable", {"name": name})
        for token in self.tokens().values():
            path = f"{INTEGRATIONS}/{token['provider']}/tokens/{token['id']}"
            self.call("DELETE", path, params={"name": token["name"]})
        for provider in held["integrations"]:
            self.call("DELETE", f"{INTEGRATIONS}/{provider}")

    def _explained(self, database: str, command: str, member: str, *path: str) -> list[Json]:
        reply = self.command(database, command, {"options": {"explain": True}}, *path)
        found: list[Json] = reply["status"][member]
        return found

    def _table(self, database: str, table: Json) -> Json:
        definition = table["definition"]
        indexes = self._explained(database, "listIndexes", "indexes", table["name"])
        return {
            "key": definition["primaryKey"],
            "columns": {
                name: {part: value for part, value in column.items() if part != "apiSupport"}
                for name, column in definition["columns"].items()
            },
            "indexes": {
                index["name"]: (index["definition"]["column"], index["definition"]["options"])
                for index in indexes
            },
        }


@contextmanager
def running_world(databases: Sequence[str]) -> Iterator[HeldWorld]:
    """A server in memory with these databases."""
    settings = ServerSettings(port=0, databases=tuple(databases))
    with (
        running_server(settings) as opened,
        httpx.Client(timeout=60) as http,
        TemporaryDirectory() as spool,
    ):
        yield HeldWorld(opened, http, spool)


def expected(world: programs.World) -> Json:
    """What the server has to hold when the program of this world is up."""
    return {
        "integrations": ["huggingface"],
        "tokens": {
            token.name: dict.fromkeys(token.databases, token.secret)
            for token in world.tokens.values()
        },
        "collections": {
            (wanted.database, name): _expected_collection(world, wanted)
            for name, wanted in world.collections.items()
        },
        "tables": {
            (wanted.database, name): _expected_table(world, name, wanted)
            for name, wanted in world.tables.items()
        },
    }


def _collection_settings(options: Json) -> Json:
    names = ("vector", "indexing", "defaultId")
    return {name: options[name] for name in names if options.get(name)}


def _expected_collection(world: programs.World, wanted: programs.Collection) -> Json:
    settings: Json = {}
    if wanted.vectors:
        settings["vector"] = {
            "dimension": wanted.vectors.dimension(),
            "metric": wanted.vectors.metric or _derived_metric(wanted.vectors.source_model),
            "sourceModel": wanted.vectors.source_model or "other",
            **_expected_service(world, wanted.vectors, wanted.database),
        }
    if wanted.indexing:
        settings["indexing"] = wanted.indexing
    if wanted.default_id:
        settings["defaultId"] = {"type": wanted.default_id}
    return settings


def _derived_metric(source_model: str | None) -> str:
    """docs/rules.md: a source model that has a name brings its metric along."""
    return "cosine" if source_model in {None, "other"} else "dot_product"


def _expected_table(world: programs.World, name: str, wanted: programs.Table) -> Json:
    partition, *sort = programs.TABLE_KEYS[wanted.key]
    plain = {column: _column_type(kind) for column, kind in wanted.columns.items()}
    vectors = {
        one.named(column): {
            "type": "vector",
            "dimension": one.vectors.dimension(),
            **_expected_service(world, one.vectors, wanted.database),
        }
        for column, one in wanted.vector_columns.items()
    }
    return {
        "key": {"partitionBy": [partition], "partitionSort": dict.fromkeys(sort, 1)},
        "columns": {**plain, **vectors},
        "indexes": dict(
            _expected_index(name, one.named(column), one)
            for column, one in wanted.vector_columns.items()
            if one.index is not None
        ),
    }


def _expected_index(table: str, name: str, column: programs.Column) -> tuple[str, Any]:
    own = f"{table}_{column.index}"
    metric, source_model = column.vectors.metric, column.vectors.source_model
    options = {"metric": metric or "cosine", "sourceModel": "other"}
    if metric and source_model:
        options["sourceModel"] = source_model
    return own if column.index else f"{table}_{name}_index", (name, options)


def _expected_service(world: programs.World, vectors: programs.Vectors, database: str) -> Json:
    if not vectors.model:
        return {}
    service: Json = {"provider": "huggingface", "modelName": vectors.model}
    if token := world.token_for(vectors, database):
        service["authentication"] = {"providerKey": f"{token.name}.providerKey"}
    return {"service": service}


def _column_type(kind: Any) -> Json:
    names = {"type": "type", "key_type": "keyType", "value_type": "valueType"}
    if isinstance(kind, str):
        return {"type": kind}
    return {names[part]: value for part, value in kind.items()}
