"""The embedded server as a process of its own, and what others do to it behind Pulumi's back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from pulumi_astra_vectorize import wire
from pulumi_astra_vectorize.rules import DEFAULT_KEYSPACE
from pulumi_astra_vectorize.testing.server import PATIENCE_SECONDS, wait_until_ready

JsonObject = dict[str, Any]

HUGGING_FACE = f"{wire.INTEGRATIONS}/huggingface"
TOKENS = f"{HUGGING_FACE}/tokens"


class Server:
    """A running server, asked and changed over HTTP."""

    def __init__(self, addresses: wire.ServerAddresses, http: httpx.Client) -> None:
        self.url = addresses.url
        self.token = Path(addresses.token_file).read_text().strip()
        self.databases = {database.name: database for database in addresses.databases}
        self.all_databases = addresses.databases
        self._http = http
        self._http.headers = httpx.Headers(
            {"Authorization": f"Bearer {self.token}", "Token": self.token}
        )

    def call(self, method: str, path: str, **more: Any) -> Any:
        """The JSON that the main port answers; None for an empty answer."""
        answer = self._http.request(method, self.url + path, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def command(
        self, name: str, body: JsonObject, *path: str, database: str = "library"
    ) -> JsonObject:
        """The reply to a Data API command in the default keyspace; a refusal is a failed test."""
        address = "/".join([self.databases[database].url, "v1", DEFAULT_KEYSPACE, *path])
        reply: JsonObject = self._http.post(address, json={name: body}).json()
        assert "errors" not in reply, reply
        return reply

    def collections(self, database: str = "library") -> dict[str, JsonObject]:
        """The explained options of each collection, by name."""
        reply = self.command("findCollections", {"options": {"explain": True}}, database=database)
        return {item["name"]: item["options"] for item in reply["status"]["collections"]}

    def tables(self, database: str = "library") -> dict[str, JsonObject]:
        """The explained definition of each table, by name."""
        reply = self.command("listTables", {"options": {"explain": True}}, database=database)
        return {item["name"]: item["definition"] for item in reply["status"]["tables"]}

    def indexes(self, table: str) -> dict[str, JsonObject]:
        """The explained indexes of a table in "library", by name."""
        reply = self.command("listIndexes", {"options": {"explain": True}}, table)
        return {item["name"]: item for item in reply["status"]["indexes"]}

    def alter_table(self, table: str, operation: str, columns: JsonObject | list[str]) -> None:
        """One alteration of a table in "library"."""
        self.command("alterTable", {"operation": {operation: {"columns": columns}}}, table)

    def integrations(self) -> dict[str, JsonObject]:
        """The organisation's integrations, by provider."""
        return {item["provider"]: item for item in self.call("GET", wire.INTEGRATIONS)}

    def tokens(self) -> dict[str, JsonObject]:
        """The user access tokens of the integration with Hugging Face, by name."""
        if "huggingface" not in self.integrations():
            return {}
        return {token["name"]: token for token in self.call("GET", TOKENS)}

    def scope(self, token: str) -> set[str]:
        """The names of the databases that a token may serve."""
        names = {database.id: database.name for database in self.all_databases}
        return {names[identifier] for identifier in self.tokens()[token]["databases"]}

    def add_token(self, name: str, secret: str = "hf_by_somebody_else", *databases: str) -> None:
        """A token that somebody else adds, with its scope."""
        identifiers = [self.databases[database].id for database in databases]
        self.call("POST", TOKENS, json={"name": name, "secret": secret, "databases": identifiers})

    def remove_token(self, name: str) -> None:
        """A token that somebody else removes."""
        self.call("DELETE", f"{TOKENS}/{self.tokens()[name]['id']}", params={"name": name})

    def add_to_scope(self, token: str, database: str) -> None:
        """A database that somebody else lets use a token."""
        path = f"{TOKENS}/{self.tokens()[token]['id']}/scope"
        self.call("POST", path, json={"databases": [self.databases[database].id]})

    def remove_from_scope(self, token: str, database: str) -> None:
        """A database that somebody else takes out of a token's scope."""
        scope = f"{TOKENS}/{self.tokens()[token]['id']}/scope"
        self.call("DELETE", f"{scope}/{self.databases[database].id}", params={"name": database})


@contextmanager
def started_server(
    folder: Path, databases: Sequence[str] = ("library", "archive"), *, data: Path | None = None
) -> Iterator[Server]:
    """A server on free ports, stopped afterwards; in memory unless it gets a data folder."""
    ready_file = folder / "ready.json"
    flags = [flag for name in databases for flag in ("--database", name)]
    flags += ["--data", str(data)] if data else []
    command = ["astra-vectorize", "serve", "--port", "0", "--ready-file", str(ready_file), *flags]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        addresses = wait_until_ready(process, ready_file, (folder / "server.log").read_text)
        with httpx.Client(timeout=60) as http:
            yield Server(addresses, http)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
