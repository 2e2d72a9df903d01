"""Databases by name or id: the part of the DevOps API that is needed (contract devops.md)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.errors import ConflictError, NotFoundError, RefusedError

PAGE = 100


class DatabaseInfo(BaseModel):
    """The ``info`` member of a database."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    name: str
    keyspaces: list[str] = Field(default_factory=list[str])


class Database(BaseModel):
    """A database as the DevOps API shows it."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)
    id: str
    info: DatabaseInfo
    status: str
    endpoint: str = Field(alias="dataEndpointUrl")

    @property
    def name(self) -> str:
        """The name that people call it by; not unique."""
        return self.info.name


class DevOps:
    """The databases of the organisation."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def databases(self) -> list[Database]:
        """All databases that are not terminated, page by page."""
        found: list[Database] = []
        while True:
            after = f"&starting_after={found[-1].id}" if found else ""
            page = self._get(f"/v2/databases?include=nonterminated&limit={PAGE}{after}")
            found += page
            if len(page) < PAGE:
                return found

    def resolve(self, reference: str) -> Database:
        """The database with this id, or the one with this name.

        Raises:
            NotFoundError: DATABASE_NOT_FOUND, listing what is there.
            ConflictError: DATABASE_AMBIGUOUS, listing the databases that share the name.
        """
        databases = self.databases()
        matches = [db for db in databases if db.id == reference] or [
            db for db in databases if db.name == reference
        ]
        if not matches:
            raise _not_found(reference, databases)
        if len(matches) > 1:
            raise _ambiguous(reference, matches)
        return matches[0]

    def _get(self, path: str) -> list[Database]:
        answer = self._transport.call("GET", path, repeatable=True)
        if answer.status != 200:
            raise RefusedError(
                "DEVOPS_REFUSED",
                f"the DevOps API answered HTTP {answer.status} when asked for the databases",
                fix="check the application token's rights and the endpoint",
                source="Astra DB",
            )
        return answer.parsed(list[Database])


def _not_found(reference: str, databases: list[Database]) -> NotFoundError:
    there = ", ".join(sorted(db.name for db in databases)) or "none"
    return NotFoundError(
        "DATABASE_NOT_FOUND",
        f"no database has the name or id {reference!r} (there are: {there})",
        fix="correct the name, or create the database (embedded server: `--database NAME`)",
        source="Astra DB",
    )


def _ambiguous(reference: str, matches: list[Database]) -> ConflictError:
    listed = ", ".join(f"{db.name} ({db.id})" for db in matches)
    return ConflictError(
        "DATABASE_AMBIGUOUS",
        f"{len(matches)} databases have the name {reference!r}: {listed}",
        fix="write the id of the one you mean instead of its name",
    )
