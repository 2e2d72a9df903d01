"""User access tokens: made, found, given a new secret, removed."""

from __future__ import annotations

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.rules import header_problem, token_name_problem
from pulumi_astra_vectorize.server.integrations.integrations import find_integration
from pulumi_astra_vectorize.server.integrations.scopes import add_databases, retire, scope_of
from pulumi_astra_vectorize.server.refusals import conflict, invalid, missing
from pulumi_astra_vectorize.server.sealing import Sealer
from pulumi_astra_vectorize.server.store.schema import UserAccessToken, new_id
from pulumi_astra_vectorize.wire import NewToken, TokenView


def all_tokens(session: Session, provider: str, name: str | None = None) -> list[TokenView]:
    """The tokens of an integration, by name; only the one of this name if one is given."""
    find_integration(session, provider)
    found = select(UserAccessToken).where(UserAccessToken.provider == provider)
    if name is not None:
        found = found.where(UserAccessToken.name == name)
    return [view(session, token) for token in session.scalars(found.order_by(UserAccessToken.name))]


def find_token(session: Session, provider: str, token_id: str) -> UserAccessToken:
    """The token of this id; INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND."""
    find_integration(session, provider)
    token = session.get(UserAccessToken, token_id)
    if token is None or token.provider != provider:
        raise missing("TOKEN_NOT_FOUND", f"there is no user access token with id {token_id!r}")
    return token


def add_token(session: Session, sealer: Sealer, provider: str, new: NewToken) -> TokenView:
    """Adds a token with its first scope, all or nothing.

    Raises INTEGRATION_NOT_FOUND, TOKEN_NAME_INVALID, SECRET_INVALID, TOKEN_NAME_TAKEN and what
    adding databases raises.
    """
    find_integration(session, provider)
    problem = token_name_problem(new.name)
    if problem:
        raise invalid("TOKEN_NAME_INVALID", problem)
    sealed = _sealed(sealer, new.secret)
    if all_tokens(session, provider, new.name):
        raise conflict(
            "TOKEN_NAME_TAKEN", f"{provider!r} already has a user access token named {new.name!r}"
        )
    token = UserAccessToken(provider=provider, name=new.name, secret=sealed)
    session.add(token)
    session.flush()
    add_databases(session, token, new.databases)
    return view(session, token)


def replace_secret(sealer: Sealer, token: UserAccessToken, new: SecretStr) -> None:
    """Puts a new secret in place of the old; name, id and scope stay, the generation is new."""
    token.secret = _sealed(sealer, new)
    token.generation = new_id()


def remove_token(session: Session, token: UserAccessToken, name: str, *, rotating: bool) -> None:
    """Removes a token whose name is repeated, and keeps its scope for a while; NAME_MISMATCH.

    ``rotating``: a successor of the same name is to have the scope again.
    """
    if token.name != name:
        raise invalid("NAME_MISMATCH", f"token {token.id} has another name: nothing was removed")
    retire(session, token, rotating=rotating)
    session.delete(token)


def view(session: Session, token: UserAccessToken) -> TokenView:
    """The token as callers see it: without its secret."""
    return TokenView(
        id=token.id,
        provider=token.provider,
        name=token.name,
        generation=token.generation,
        created_at=token.created_at,
        databases=scope_of(session, token.id),
    )


def _sealed(sealer: Sealer, secret: SecretStr) -> bytes:
    """The secret encrypted; SECRET_INVALID for what no Authorization header can carry."""
    text = secret.get_secret_value()
    if not text or header_problem(text):
        raise invalid(
            "SECRET_INVALID", "a secret is not empty and has printable ASCII only, no spaces"
        )
    return sealer.seal(text)
