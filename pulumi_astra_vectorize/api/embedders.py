"""What embeds in a database: collections and vector columns with a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject, member
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.data_api import DataApi
    from pulumi_astra_vectorize.api.databases import Database


@dataclass(frozen=True)
class Embedder:
    """A collection or vector column that embeds.

    Attributes:
        place: ``database/keyspace/name``, with ``.column`` for a column.
        database_id: the database's id.
        provider: the embedding provider's id.
        model: the model's name.
        tokens: the user access tokens that it embeds through; none where clients send one.
    """

    place: str
    database_id: str
    provider: str
    model: str
    tokens: frozenset[str]


def embedders(api: DataApi, database: Database) -> Iterator[Embedder]:
    """Everything in a database that embeds."""
    for keyspace in database.info.keyspaces:
        place = f"{database.name}/{keyspace}"
        for name, options in api.collections(keyspace, ACTING_SECONDS).items():
            yield from _embedder(f"{place}/{name}", database, member(options, "vector"))
        for name, definition in api.tables(keyspace, ACTING_SECONDS).items():
            for column, described in definition["columns"].items():
                yield from _embedder(f"{place}/{name}.{column}", database, described)


def _embedder(place: str, database: Database, described: JsonObject) -> Iterator[Embedder]:
    service = member(described, "service")
    if service:
        credentials = member(service, "authentication").values()
        tokens = frozenset(rules.token_of_credential(str(name)) for name in credentials)
        provider, model = service.get("provider"), service.get("modelName")
        yield Embedder(place, database.id, str(provider), str(model), tokens)
