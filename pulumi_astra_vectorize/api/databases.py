"""Databases by name or id, on any target."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from pulumi_astra_vectorize.errors import ConflictError, NotFoundError

ACTIVE = "ACTIVE"

VECTOR = "vector"
"""The type of a Serverless (Vector) database; Astra tells none of any other."""

AWAKE = frozenset({ACTIVE, "MAINTENANCE"})
"""States in which a database answers; during MAINTENANCE a keyspace is being changed."""


class DatabaseInfo(BaseModel):
    """The ``info`` member of a database (contract devops.md)."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, defer_build=True)
    name: str
    region: str = ""
    cloud: str | None = Field(None, alias="cloudProvider")
    kind: str | None = Field(None, alias="dbType")
    default_keyspace: str | None = Field(None, alias="keyspace")
    additional: list[str] = Field(default_factory=list[str], alias="additionalKeyspaces")
    listed: list[str] = Field(default_factory=list[str], alias="keyspaces")

    @property
    def keyspaces(self) -> list[str]:
        """All keyspaces: Astra tells them in up to three members."""
        first = [self.default_keyspace] if self.default_keyspace else []
        return list(dict.fromkeys([*first, *self.listed, *self.additional]))


class Database(BaseModel):
    """A database of the organisation."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, defer_build=True)
    id: str
    info: DatabaseInfo
    status: str = ACTIVE
    told_endpoint: str | None = Field(None, alias="dataEndpointUrl")
    kind: str | None = Field(None, alias="dbType")

    @property
    def has_vectors(self) -> bool:
        """Whether tokens can be scoped to it, and a Data API answers for it."""
        return VECTOR in (self.kind, self.info.kind)

    @property
    def name(self) -> str:
        """The name that people call it by; not unique."""
        return self.info.name

    @property
    def endpoint(self) -> str:
        """The Data API's address; untold, it follows from id and region."""
        by_rule = f"https://{self.id}-{self.info.region}.apps.astra.datastax.com"
        return self.told_endpoint or by_rule


class Databases(Protocol):
    """The databases that a target has, and their keyspaces."""

    def databases(self) -> list[Database]:
        """All of them."""
        ...

    def create_keyspace(self, database: Database, name: str, /) -> None:
        """Creates a keyspace; one that is there is fine."""
        ...

    def delete_keyspace(self, database: Database, name: str, /) -> None:
        """Deletes a keyspace with all that is in it; one that is gone is fine."""
        ...


def resolve(databases: list[Database], reference: str) -> Database:
    """The database with this id, or the one with this name.

    Raises:
        NotFoundError: DATABASE_NOT_FOUND, listing what is there.
        ConflictError: DATABASE_AMBIGUOUS, listing the databases that share the name.
    """
    matches = [db for db in databases if db.id == reference] or [
        db for db in databases if db.name == reference
    ]
    if not matches:
        raise _not_found(reference, databases)
    if len(matches) > 1:
        raise _ambiguous(reference, matches)
    return matches[0]


def _not_found(reference: str, databases: list[Database]) -> NotFoundError:
    there = ", ".join(sorted(db.name for db in databases)) or "none"
    return NotFoundError(
        "DATABASE_NOT_FOUND",
        f"no database has the name or id {reference!r} (there are: {there})",
        fix="correct the name, or create the database (embedded server: `--database NAME`; at "
        "Astra only a Serverless (Vector) database counts)",
        source="Astra DB",
    )


def _ambiguous(reference: str, matches: list[Database]) -> ConflictError:
    listed = ", ".join(f"{db.name} ({db.id})" for db in matches)
    return ConflictError(
        "DATABASE_AMBIGUOUS",
        f"{len(matches)} databases have the name {reference!r}: {listed}",
        fix="write the id of the one you mean instead of its name",
    )
