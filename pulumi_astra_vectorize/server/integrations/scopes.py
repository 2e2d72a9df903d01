"""The databases that may use a user access token, and those that a removed one had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.rules import MAX_DATABASES_PER_CALL
from pulumi_astra_vectorize.server.refusals import invalid, missing
from pulumi_astra_vectorize.server.store.schema import (
    Database,
    RetiredScope,
    ScopedDatabase,
    UserAccessToken,
    now,
)
from pulumi_astra_vectorize.wire import RetiredScopeView

RETIREMENT = timedelta(days=7)
"""How long the scope of a removed token is remembered."""


def scope_of(session: Session, token_id: str) -> list[str]:
    """The ids of the databases that may use the token, sorted."""
    of_token = ScopedDatabase.token_id == token_id
    found = select(ScopedDatabase.database_id).where(of_token)
    return sorted(session.scalars(found))


def add_databases(session: Session, token: UserAccessToken, databases: Sequence[str]) -> None:
    """Adds databases to the token's scope, all or none; those in it already are fine.

    Raises TOO_MANY_DATABASES for more than 10 at once (vendor's page, section "Add the ...
    integration to your organization") and DATABASE_NOT_FOUND.
    """
    if len(databases) > MAX_DATABASES_PER_CALL:
        raise invalid(
            "TOO_MANY_DATABASES",
            f"a call adds at most {MAX_DATABASES_PER_CALL} databases, not {len(databases)}",
        )
    for database_id in databases:
        _find_database(session, database_id)
        session.merge(ScopedDatabase(token_id=token.id, database_id=database_id))
    put_back = _of_name(token.provider, token.name) & RetiredScope.database_id.in_(databases)
    session.execute(update(RetiredScope).where(put_back).values(outstanding=False))


def remove_database(
    session: Session, token: UserAccessToken, database_id: str, database_name: str
) -> None:
    """Takes a database out of the token's scope; the database's name must be repeated.

    Raises DATABASE_NOT_FOUND, NAME_MISMATCH and DATABASE_NOT_IN_SCOPE.
    """
    database = _find_database(session, database_id)
    if database.name != database_name:
        raise invalid("NAME_MISMATCH", f"database {database_id} has another name: nothing changed")
    scoped = session.get(ScopedDatabase, (token.id, database_id))
    if scoped is None:
        raise missing(
            "DATABASE_NOT_IN_SCOPE",
            f"database {database.name!r} is not in the scope of token {token.name!r}",
        )
    session.delete(scoped)


def retire(session: Session, token: UserAccessToken, *, rotating: bool) -> None:
    """Remembers the scope of a token that is about to be removed; forgets what is too old.

    ``rotating`` leaves the scope outstanding, until a token of the name has got it, database by
    database. A removal that is none of a rotation ends one that nobody finished.
    """
    session.execute(delete(RetiredScope).where(RetiredScope.removed_at <= now() - RETIREMENT))
    if not rotating:
        of_name = _of_name(token.provider, token.name)
        session.execute(update(RetiredScope).where(of_name).values(outstanding=False))
    removed_at = now()
    session.add_all(
        RetiredScope(
            provider=token.provider,
            name=token.name,
            token_id=token.id,
            database_id=database_id,
            removed_at=removed_at,
            outstanding=rotating,
        )
        for database_id in scope_of(session, token.id)
    )


def retired_scopes(session: Session, provider: str, name: str) -> list[RetiredScopeView]:
    """The scopes of the tokens of this name that were removed lately, the latest first.

    Databases that are gone are left out: nobody could put them back.
    """
    rows = session.scalars(
        select(RetiredScope)
        .join(Database, Database.id == RetiredScope.database_id)
        .where(_of_name(provider, name), RetiredScope.removed_at > now() - RETIREMENT)
        .order_by(RetiredScope.removed_at.desc(), RetiredScope.token_id, RetiredScope.database_id)
    )
    by_token = groupby(rows, key=lambda row: (row.removed_at, row.token_id))
    return [_retired_view([*of_token]) for _, of_token in by_token]


def forget_retired_scopes(session: Session, provider: str, name: str) -> None:
    """Forgets the scopes of the removed tokens of this name: nothing of them comes back."""
    session.execute(delete(RetiredScope).where(_of_name(provider, name)))


def _retired_view(rows: Sequence[RetiredScope]) -> RetiredScopeView:
    return RetiredScopeView(
        token_id=rows[0].token_id,
        name=rows[0].name,
        databases=[row.database_id for row in rows],
        outstanding=[row.database_id for row in rows if row.outstanding],
        removed_at=rows[0].removed_at,
    )


def _of_name(provider: str, name: str) -> ColumnElement[bool]:
    return and_(RetiredScope.provider == provider, RetiredScope.name == name)


def _find_database(session: Session, database_id: str) -> Database:
    database = session.get(Database, database_id)
    if database is None:
        raise missing("DATABASE_NOT_FOUND", f"there is no database with id {database_id!r}")
    return database
