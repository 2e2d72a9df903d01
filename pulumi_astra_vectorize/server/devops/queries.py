"""Which databases a caller of the DevOps API asks for."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.devops.refusals import DevOpsRefusal
from pulumi_astra_vectorize.server.devops.views import CLOUD
from pulumi_astra_vectorize.server.store.schema import Database

PROVIDERS = frozenset({"ALL", "NONE", "AWS", "GCP", "AZURE", CLOUD})

STATUSES = frozenset(
    "active pending preparing prepared initializing parked parking unparking terminated "
    "terminating resizing error maintenance suspended unknown hibernated hibernating "
    "resuming".split()
)

GROUPS = {
    "all": STATUSES,
    "nonterminated": STATUSES - {"terminated", "terminating"},
}
"""The words of ``include`` that stand for several statuses."""


def find_databases(
    session: Session, include: str, provider: str, limit: int, starting_after: str | None
) -> list[Database]:
    """One page of databases, in the order of their ids.

    Raises DevOpsRefusal 400 for a word of ``include`` or ``provider`` that there is not.
    """
    wanted = GROUPS.get(include.lower(), frozenset({include.lower()}))
    if not wanted <= STATUSES:
        raise DevOpsRefusal(400, f"include: {include!r} is no status of a database")
    if provider.upper() not in PROVIDERS:
        raise DevOpsRefusal(400, f"provider: {provider!r} is no cloud provider")
    if provider.upper() not in {"ALL", CLOUD}:
        return []
    page = (
        select(Database)
        .where(Database.status.in_([status.upper() for status in wanted]))
        .order_by(Database.id)
        .limit(limit)
    )
    if starting_after is not None:
        page = page.where(Database.id > starting_after)
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
