"""Credentials as a Data API asks for them: a provider's secret by a token's name and a database
(contract credentials.md)."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, select

from pulumi_astra_vectorize.rules import token_of_credential
from pulumi_astra_vectorize.server.store.schema import ScopedDatabase, UserAccessToken
from pulumi_astra_vectorize.server.vault import Vault

_SECRET = (
    select(UserAccessToken.secret, ScopedDatabase.database_id)
    .outerjoin(
        ScopedDatabase,
        and_(
            ScopedDatabase.token_id == UserAccessToken.id,
            ScopedDatabase.database_id == bindparam("database_id"),
        ),
    )
    .where(
        UserAccessToken.provider == bindparam("provider"),
        UserAccessToken.name == bindparam("token"),
    )
)
"""A secret and, if the database is in the token's scope, that database. Made once: to make a
statement takes as long as to have it answered."""


class CredentialError(Exception):
    """A credential that is not there for a database; ``id`` is stable."""

    def __init__(self, id: str, message: str) -> None:  # noqa: A002 - the contract's word
        super().__init__(message)
        self.id = id
        self.message = message


def credential_is_valid(vault: Vault, provider: str, credential: str, database_id: str) -> bool:
    """Whether the database may use the credential, ``TOKEN.providerKey``."""
    try:
        _sealed_secret(vault, provider, credential, database_id)
    except CredentialError:
        return False
    return True


def resolve_secret(vault: Vault, provider: str, credential: str, database_id: str) -> str:
    """The secret behind a credential; CredentialError when the database may not use it."""
    return vault.sealer.open(_sealed_secret(vault, provider, credential, database_id))


def _sealed_secret(vault: Vault, provider: str, credential: str, database_id: str) -> bytes:
    name = token_of_credential(credential)
    with vault.store.read() as session:
        found = session.execute(
            _SECRET, {"provider": provider, "token": name, "database_id": database_id}
        ).one_or_none()
    if found is None:
        raise CredentialError(
            "CREDENTIAL_NOT_FOUND", f"{provider} has no user access token named {name!r}"
        )
    if found.database_id is None:
        raise CredentialError(
            "DATABASE_NOT_IN_SCOPE",
            f"the database is not in the scope of the user access token {name!r}",
        )
    secret: bytes = found.secret
    return secret
