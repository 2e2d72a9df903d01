"""Where a resource is: the database it was created in, whatever the program calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.reload.journal import Place

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import Settings

PLACE = frozenset({"target", "database", "keyspace", "name"})
"""Inputs that say where a thing is: elsewhere is another thing."""


class Placed(Protocol):
    """Outputs that remember their database."""

    @property
    def database_id(self) -> str:
        """Its id."""
        ...

    @property
    def database_name(self) -> str:
        """Its name when last seen."""
        ...


def reload_place(settings: Settings, database_id: str, *path: str) -> Place:
    """Where a reload is: by the database's id, which every self-hosted cluster shares.

    That one is told from others by the address that it is reached at.
    """
    if settings.target == "self-hosted":
        return Place(settings.data_api_address(), path)
    return Place(database_id, path)


def same_database(outputs: Placed, reference: str) -> bool:
    """Whether a name or id still means the database that the resource is in."""
    return reference in (outputs.database_id, outputs.database_name)


def moved(outputs: Placed, changed: frozenset[str], reference: str) -> frozenset[str]:
    """The changed inputs that mean another place: the same database by id or name is none."""
    return changed - {"database"} if same_database(outputs, reference) else changed


def database_of(outputs: Placed, target: Target) -> Database | None:
    """The resource's database; None when it is gone, and the resource with it."""
    databases = target.databases()
    return next((db for db in databases if db.id == outputs.database_id), None)
