"""The one database of a self-hosted Data API (contract credentials.md and data-api.md)."""

from __future__ import annotations

from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.wire import SINGLE_TENANT


class SingleTenant:
    """A cluster seen as a database: it has a name because programs name databases."""

    def __init__(self, data_api: DataApi, endpoint: str, alias: str) -> None:
        self._data_api = data_api
        self._endpoint = endpoint
        self._alias = alias

    def databases(self) -> list[Database]:
        """The cluster, with its keyspaces."""
        info = {"name": self._alias, "keyspaces": self._data_api.keyspaces()}
        told = {"id": SINGLE_TENANT, "info": info, "dataEndpointUrl": self._endpoint}
        return [Database.model_validate(told)]

    def create_keyspace(self, _database: Database, name: str) -> None:
        """Creates a keyspace with the replication that the cluster has by default."""
        self._data_api.create_keyspace(name)

    def delete_keyspace(self, _database: Database, name: str) -> None:
        """Drops a keyspace with all that is in it."""
        self._data_api.drop_keyspace(name)
