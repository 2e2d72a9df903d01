"""The integrations service over HTTP; docs/integrations-api.md is made from these routes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.deeds import Deed, TheDeed, known_by_path
from pulumi_astra_vectorize.server.integrations import integrations, scopes, tokens
from pulumi_astra_vectorize.server.store.schema import UserAccessToken
from pulumi_astra_vectorize.server.vault import TheVault
from pulumi_astra_vectorize.wire import (
    INTEGRATIONS,
    IntegrationView,
    NewIntegration,
    NewSecret,
    NewToken,
    Problems,
    RetiredScopeView,
    ScopeAddition,
    ScopeView,
    TokenView,
)

BEARER = HTTPBearer(auto_error=False, description="The server's application token.")
"""For the OpenAPI document; the check itself is made before a request gets here."""

TOKENS = "/{provider}/tokens"
TOKEN = "/{provider}/tokens/{token_id}"  # noqa: S105 - a path
SCOPE = "/{provider}/tokens/{token_id}/scope"
RETIRED_SCOPES = "/{provider}/retired-scopes/{name}"


def _refusals(codes: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """Documents the stable codes that may come with each HTTP status."""
    return {status: {"model": Problems, "description": stable} for status, stable in codes.items()}


def _find_token(session: Session, deed: Deed, provider: str, token_id: str) -> UserAccessToken:
    token = tokens.find_token(session, provider, token_id)
    deed.token = token.name
    return token


routes = APIRouter(
    prefix=INTEGRATIONS,
    dependencies=[Depends(BEARER), Depends(known_by_path)],
    responses=_refusals(
        {
            401: "UNAUTHENTICATED",
            422: "INVALID_REQUEST",
            503: "STORAGE_UNREACHABLE: PostgreSQL does not answer",
            507: "STORAGE_FULL: nothing was written",
        }
    ),
)
"""All routes of the service; the application that includes them has a vault in its state."""


@routes.get("", summary="List the integrations")
def list_integrations(vault: TheVault) -> list[IntegrationView]:
    with vault.store.read() as session:
        return integrations.all_integrations(session)


@routes.post(
    "",
    summary="Add the integration of an embedding provider",
    status_code=201,
    responses=_refusals({409: "INTEGRATION_EXISTS", 422: "UNKNOWN_PROVIDER, INVALID_REQUEST"}),
)
def add_integration(vault: TheVault, deed: TheDeed, new: NewIntegration) -> IntegrationView:
    deed.provider = new.provider
    with vault.store.write() as session:
        return integrations.add_integration(session, new.provider)


@routes.get(
    "/{provider}",
    summary="Show an integration",
    responses=_refusals({404: "INTEGRATION_NOT_FOUND"}),
)
def show_integration(vault: TheVault, provider: str) -> IntegrationView:
    with vault.store.read() as session:
        integration = integrations.find_integration(session, provider)
        return integrations.view(session, integration)


@routes.delete(
    "/{provider}",
    summary="Remove an integration that has no tokens",
    status_code=204,
    responses=_refusals({404: "INTEGRATION_NOT_FOUND", 409: "INTEGRATION_HAS_TOKENS"}),
)
def remove_integration(vault: TheVault, provider: str) -> None:
    with vault.store.write() as session:
        integrations.remove_integration(session, provider)


@routes.get(
    TOKENS,
    summary="List the user access tokens of an integration",
    responses=_refusals({404: "INTEGRATION_NOT_FOUND"}),
)
def list_tokens(
    vault: TheVault,
    provider: str,
    name: Annotated[str | None, Query(description="Only the token of this name.")] = None,
) -> list[TokenView]:
    with vault.store.read() as session:
        return tokens.all_tokens(session, provider, name)


@routes.post(
    TOKENS,
    summary="Add a user access token",
    status_code=201,
    responses=_refusals(
        {
            404: "INTEGRATION_NOT_FOUND, DATABASE_NOT_FOUND",
            409: "TOKEN_NAME_TAKEN",
            422: "TOKEN_NAME_INVALID, SECRET_INVALID, TOO_MANY_DATABASES, INVALID_REQUEST",
        }
    ),
)
def add_token(vault: TheVault, deed: TheDeed, provider: str, new: NewToken) -> TokenView:
    deed.token, deed.databases = new.name, new.databases
    with vault.store.write() as session:
        return tokens.add_token(session, vault.sealer, provider, new)


@routes.get(
    TOKEN,
    summary="Show a user access token",
    responses=_refusals({404: "INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND"}),
)
def show_token(vault: TheVault, deed: TheDeed, provider: str, token_id: str) -> TokenView:
    with vault.store.read() as session:
        token = _find_token(session, deed, provider, token_id)
        return tokens.view(session, token)


@routes.delete(
    TOKEN,
    summary="Remove a user access token, repeating its name",
    description="Disables `$vectorize` at once where the token was used. Its scope is kept "
    "for seven days under retired-scopes; with `rotating` it is outstanding there, until tokens of "
    "the name have got all of it or one is removed without `rotating`.",
    status_code=204,
    responses=_refusals(
        {404: "INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND", 422: "NAME_MISMATCH, INVALID_REQUEST"}
    ),
)
def remove_token(  # noqa: PLR0913 - each is a part of the request
    vault: TheVault,
    deed: TheDeed,
    provider: str,
    token_id: str,
    name: Annotated[str, Query(description="The token's name, as a confirmation.")],
    *,
    rotating: Annotated[
        bool, Query(description="A token of the same name is to have the scope again.")
    ] = False,
) -> None:
    with vault.store.write() as session:
        token = _find_token(session, deed, provider, token_id)
        tokens.remove_token(session, token, name, rotating=rotating)


@routes.put(
    TOKEN + "/secret",
    summary="Replace a token's secret at once",
    description="Name, id and scope stay; the generation is new.",
    responses=_refusals(
        {404: "INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND", 422: "SECRET_INVALID, INVALID_REQUEST"}
    ),
)
def replace_secret(
    vault: TheVault, deed: TheDeed, provider: str, token_id: str, new: NewSecret
) -> TokenView:
    with vault.store.write() as session:
        token = _find_token(session, deed, provider, token_id)
        tokens.replace_secret(vault.sealer, token, new.secret)
        return tokens.view(session, token)


@routes.get(
    SCOPE,
    summary="Show the databases that may use a token",
    responses=_refusals({404: "INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND"}),
)
def show_scope(vault: TheVault, deed: TheDeed, provider: str, token_id: str) -> ScopeView:
    with vault.store.read() as session:
        token = _find_token(session, deed, provider, token_id)
        return ScopeView(token_id=token.id, databases=scopes.scope_of(session, token.id))


@routes.post(
    SCOPE,
    summary="Add databases to a token's scope",
    description="All or none. Those that are in it already stay.",
    responses=_refusals(
        {
            404: "INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND, DATABASE_NOT_FOUND",
            422: "TOO_MANY_DATABASES, INVALID_REQUEST",
        }
    ),
)
def add_to_scope(
    vault: TheVault, deed: TheDeed, provider: str, token_id: str, addition: ScopeAddition
) -> ScopeView:
    with vault.store.write() as session:
        token = _find_token(session, deed, provider, token_id)
        deed.databases = addition.databases
        scopes.add_databases(session, token, addition.databases)
        session.flush()
        return ScopeView(token_id=token.id, databases=scopes.scope_of(session, token.id))


@routes.delete(
    SCOPE + "/{database_id}",
    summary="Remove a database from a token's scope, repeating the database's name",
    description="Disables `$vectorize` at once in that database where the token was used.",
    status_code=204,
    responses=_refusals(
        {
            404: "INTEGRATION_NOT_FOUND, TOKEN_NOT_FOUND, DATABASE_NOT_FOUND, "
            "DATABASE_NOT_IN_SCOPE",
            422: "NAME_MISMATCH, INVALID_REQUEST",
        }
    ),
)
def remove_from_scope(  # noqa: PLR0913, PLR0917 - each is a part of the request
    vault: TheVault,
    deed: TheDeed,
    provider: str,
    token_id: str,
    database_id: str,
    name: Annotated[str, Query(description="The database's name, as a confirmation.")],
) -> None:
    with vault.store.write() as session:
        token = _find_token(session, deed, provider, token_id)
        scopes.remove_database(session, token, database_id, name)


@routes.get(
    RETIRED_SCOPES,
    summary="Show the scopes of the removed tokens of a name, the latest first",
    description="Kept for seven days, so that a rotation can put every database back.",
)
def show_retired_scopes(
    vault: TheVault, deed: TheDeed, provider: str, name: str
) -> list[RetiredScopeView]:
    deed.token = name
    with vault.store.read() as session:
        return scopes.retired_scopes(session, provider, name)


@routes.delete(
    RETIRED_SCOPES,
    summary="Forget the scopes of the removed tokens of a name",
    description="Gives up a rotation that was not finished: nothing of the scope comes back.",
    status_code=204,
)
def forget_retired_scopes(vault: TheVault, deed: TheDeed, provider: str, name: str) -> None:
    deed.token = name
    with vault.store.write() as session:
        scopes.forget_retired_scopes(session, provider, name)
