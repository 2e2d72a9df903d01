"""Which databases a caller of the DevOps API asks for."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.rules import DATABASE_STATUSES
from pulumi_astra_vectorize.server.devops.refusals import DevOpsRefusal
from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.wire import EMBEDDED_CLOUD

PROVIDERS = frozenset({"ALL", "NONE", "AWS", "GCP", "AZURE", EMBEDDED_CLOUD})

GROUPS = {
    "all": DATABASE_STATUSES,
    "nonterminated": DATABASE_STATUSES - {"TERMINATED", "TERMINATING"},
}
"""The words of ``include`` that stand for several statuses."""


class DatabaseQuery(BaseModel):
    """The query parameters of the list of databases."""

    include: str = "nonterminated"
    provider: str = "ALL"
    limit: int = Field(default=25, ge=1, le=100)
    starting_after: str | None = None


def find_databases(session: Session, query: DatabaseQuery) -> list[Database]:
    """One page of databases, in the order of their ids.

    Raises DevOpsRefusal 400 for a word of ``include`` or ``provider`` that there is not.
    """
    included, provider = query.include.upper(), query.provider.upper()
    wanted = GROUPS.get(included.lower(), frozenset({included}))
    if not wanted <= DATABASE_STATUSES:
        raise DevOpsRefusal(400, f"include: {query.include!r} is no status of a database")
    if provider not in PROVIDERS:
        raise DevOpsRefusal(400, f"provider: {query.provider!r} is no cloud provider")
    if provider not in {"ALL", EMBEDDED_CLOUD}:
        return []
    page = (
        select(Database).where(Database.status.in_(wanted)).order_by(Database.id).limit(query.limit)
    )
    if query.starting_after is not None:
        page = page.where(Database.id > query.starting_after)
    return list(session.scalars(page))


def known_database(session: Session, database_id: str) -> Database | None:
    """The database of this id, if there is one; what is no UUID names none."""
    return session.get(Database, str(UUID(database_id))) if is_id(database_id) else None


def is_id(database_id: str) -> bool:
    """Whether this can be the id of a database: a UUID."""
    try:
        UUID(database_id)
    except ValueError:
        return False
    return True
