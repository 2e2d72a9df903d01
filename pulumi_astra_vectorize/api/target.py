"""What a run talks to: for each target one set of pooled clients for all of its resources."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from pulumi_astra_vectorize.api import hugging_face
from pulumi_astra_vectorize.api.access import (
    CLUSTER_ACCESS,
    DATABASE_ACCESS,
    MAIN_ACCESS,
    Access,
)
from pulumi_astra_vectorize.api.astra import require_astra
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.databases import AWAKE, Database, Databases, resolve
from pulumi_astra_vectorize.api.devops import DevOps
from pulumi_astra_vectorize.api.integrations import Integrations
from pulumi_astra_vectorize.api.network import connections, proxy_to
from pulumi_astra_vectorize.api.portal import Portal
from pulumi_astra_vectorize.api.portal_memory import PortalMemory
from pulumi_astra_vectorize.api.recent import SHOWN_SECONDS, Recent
from pulumi_astra_vectorize.api.retries import say_long_waits
from pulumi_astra_vectorize.api.service import IntegrationsService
from pulumi_astra_vectorize.api.single_tenant import SingleTenant
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.api.waking import wait_until_awake
from pulumi_astra_vectorize.configuration import Configuration, current_configuration
from pulumi_astra_vectorize.errors import (
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from pulumi_astra_vectorize.settings import Settings, TargetName

if TYPE_CHECKING:
    from httpx import HTTPTransport

PREFIXES: dict[TargetName, str] = {
    "local": "/v1",
    "self-hosted": "/v1",
    "astra": "/api/json/v1",
}
"""Where the Data API stands under its address (contract devops.md)."""

DATABASES = "databases"
"""The one list that a target keeps."""

PUBLIC_URL = "https://huggingface.co"
"""Hugging Face itself; the embedded server imitates it on its own address."""


class Target:
    """The embedded server, a self-hosted Data API or Astra, behind one set of clients."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._connections: dict[tuple[bool, str | None], HTTPTransport] = {}
        self._lists: Recent[list[Database]] = Recent()
        self._guard = threading.RLock()
        self._schema_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._data_apis: dict[str, DataApi] = {}
        self._cluster = self._single_tenant() if settings.target == "self-hosted" else None
        main = self._main()
        self._databases: Databases = self._cluster or DevOps(main)
        self.integrations: IntegrationsService = (
            self._portal() if settings.target == "astra" else Integrations(main)
        )

    def databases(self, within: float = SHOWN_SECONDS) -> list[Database]:
        """All databases of the target, as they were at most ``within`` seconds ago.

        Raises:
            ConfigurationError: NOT_ASTRA.
        """
        return self._lists.get(DATABASES, self._listed, within)

    def _listed(self) -> list[Database]:
        found = self._databases.databases()
        if self.settings.target == "astra":
            require_astra(found, self.settings)
        return found

    def database(self, reference: str) -> Database:
        """The database with this name or id; see ``databases.resolve`` for what is refused."""
        try:
            return resolve(self.databases(), reference)
        except NotFoundError:
            return resolve(self.databases(within=0), reference)

    def create_keyspace(self, database: Database, name: str) -> None:
        """Creates a keyspace, and waits until the database serves it."""
        with self._keyspaces_changing(database):
            self._databases.create_keyspace(database, name)

    def delete_keyspace(self, database: Database, name: str) -> None:
        """Deletes a keyspace with all that is in it, and waits until it is gone."""
        with self._keyspaces_changing(database):
            self._databases.delete_keyspace(database, name)

    @contextmanager
    def _keyspaces_changing(self, database: Database) -> Generator[None]:
        """A database tells its keyspaces in the list, which is another one afterwards."""
        self._require_awake(database)
        try:
            yield
        finally:
            self._lists.drop(DATABASES)

    def data_api(self, database: Database) -> DataApi:
        """The Data API of a database that is awake, or wakes within ``databaseWait`` seconds.

        Raises:
            RefusedError: DATABASE_NOT_ACTIVE.
        """
        self._require_awake(database)
        return self._data_api(database.endpoint)

    def _require_awake(self, database: Database) -> None:
        if database.status in AWAKE:
            return

        def wake() -> None:
            with suppress(RefusedError, UnreachableError):  # what it says while it wakes up
                self._data_api(database.endpoint).keyspaces()

        def look() -> Database:
            return resolve(self.databases(within=0), database.id)

        wait_until_awake(look(), look, wake, self.settings)

    def _data_api(self, endpoint: str) -> DataApi:
        """Connections are pooled by address."""
        with self._guard:
            if endpoint not in self._data_apis:
                headers = {"Token": self.settings.data_api_token()}
                access = (
                    CLUSTER_ACCESS if self.settings.target == "self-hosted" else DATABASE_ACCESS
                )
                transport = self._transport(endpoint, headers, access)
                self._data_apis[endpoint] = DataApi(transport, PREFIXES[self.settings.target])
            return self._data_apis[endpoint]

    def _single_tenant(self) -> SingleTenant:
        endpoint = self.settings.data_api_address()
        return SingleTenant(self._data_api(endpoint), endpoint, self.settings.database_alias)

    def _portal(self) -> Portal:
        memory = PortalMemory(self.settings.portal_folder)
        databases = partial(self.databases, within=0)  # a person is at work meanwhile
        return Portal(databases, self.data_api, memory, self.settings)

    def _main(self) -> Transport:
        """Where databases and integrations are managed."""
        bearer = {"Authorization": f"Bearer {self.settings.token_to_send()}"}
        return self._transport(self.settings.endpoint, bearer, MAIN_ACCESS)

    def _transport(self, address: str, headers: dict[str, str], access: Access) -> Transport:
        """Addresses that are reached in the same way share a pool of connections."""
        way = (not address.startswith("http://"), proxy_to(address))
        with self._guard:
            if way not in self._connections:
                self._connections[way] = connections(tls=way[0], proxy=way[1])
            pool = self._connections[way]
        return Transport(address, headers, self.settings, pool, access)

    def schema_change(self, database: Database) -> threading.RLock:
        """The lock under which a database's schema is changed: one change at a time."""
        with self._guard:
            return self._schema_locks[database.id]

    def verify_secret(self, secret: str, token_name: str) -> None:
        """Raises SECRET_REFUSED when the embedding provider does not know the secret."""
        own = self.settings.endpoint if self.settings.target == "local" else PUBLIC_URL
        url = self.settings.hugging_face_url or own
        bearer = {"Authorization": f"Bearer {secret}"}
        hugging_face.verify_secret(self._transport(url, bearer, MAIN_ACCESS), token_name)


class _Clients:
    """The clients of this process, made on first use for each target of its configuration."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.configuration: Configuration | None = None
        self.targets: dict[str | None, Target] = {}


_clients = _Clients()


def current_target(name: str | None = None) -> Target:
    """The clients of one target of this run, made on first use; None is the default target.

    Raises:
        ConfigurationError: NOT_CONFIGURED, TARGET_NOT_CONFIGURED, INVALID_SETTINGS.
    """
    configuration = current_configuration()
    with _clients.lock:
        if configuration is not _clients.configuration:
            say_long_waits()
            _clients.configuration, _clients.targets = configuration, {}
        if name not in _clients.targets:
            _clients.targets[name] = Target(configuration.settings(name))
        return _clients.targets[name]
