"""What the Data API asks of the integrations service (contract credentials.md)."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.rules import token_of_credential
from pulumi_astra_vectorize.server.sealing import Sealer, WrongKeyError
from pulumi_astra_vectorize.server.store.schema import ScopedDatabase, UserAccessToken
from pulumi_astra_vectorize.server.store.store import Store


class Vault(Protocol):
    """What the integrations service works on: all that it needs of a server's state."""

    @property
    def store(self) -> Store:
        """Where tokens and scopes are."""
        ...

    @property
    def sealer(self) -> Sealer:
        """What their secrets are sealed with."""
        ...


class CredentialError(Exception):
    """A credential that is not there for a database; ``id`` is stable."""

    def __init__(self, id: str, message: str) -> None:  # noqa: A002 - the contract's word
        super().__init__(message)
        self.id = id
        self.message = message


def credential_is_valid(server: Vault, provider: str, credential: str, database_id: str) -> bool:
    """Whether the database may use the credential, ``TOKEN.providerKey``."""
    try:
        _sealed_secret(server, provider, credential, database_id)
    except CredentialError:
        return False
    return True


def resolve_secret(server: Vault, provider: str, credential: str, database_id: str) -> str:
    """The secret behind a credential; CredentialError when the database may not use it."""
    return server.sealer.open(_sealed_secret(server, provider, credential, database_id))


def check_key(store: Store, sealer: Sealer) -> None:
    """Makes sure that the key opens what the store holds; ConfigurationError WRONG_KEY if not."""
    with store.read() as session:
        sealed = session.scalar(select(UserAccessToken.secret).limit(1))
    try:
        if sealed is not None:
            sealer.open(sealed)
    except WrongKeyError:
        raise ConfigurationError(
            "WRONG_KEY",
            "the key file of the data folder is not the one that its secrets were sealed with",
            fix="put the right key file back; without it the user access tokens are lost",
        ) from None


def _sealed_secret(server: Vault, provider: str, credential: str, database_id: str) -> bytes:
    name = token_of_credential(credential)
    with server.store.read() as session:
        token = session.scalar(select(UserAccessToken).filter_by(provider=provider, name=name))
        if token is None:
            raise CredentialError(
                "CREDENTIAL_NOT_FOUND", f"{provider} has no user access token named {name!r}"
            )
        if session.get(ScopedDatabase, (token.id, database_id)) is None:
            raise CredentialError(
                "DATABASE_NOT_IN_SCOPE",
                f"the database is not in the scope of the user access token {name!r}",
            )
        return token.secret
