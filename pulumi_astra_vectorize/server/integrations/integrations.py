"""The embedding providers that the organisation has added."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize import catalog
from pulumi_astra_vectorize.server.refusals import conflict, invalid, missing
from pulumi_astra_vectorize.server.store.schema import Integration, UserAccessToken
from pulumi_astra_vectorize.wire import IntegrationView


def all_integrations(session: Session) -> list[IntegrationView]:
    """Every integration, by provider."""
    found = session.scalars(select(Integration).order_by(Integration.provider))
    return [view(session, integration) for integration in found]


def find_integration(session: Session, provider: str) -> Integration:
    """The integration of a provider; INTEGRATION_NOT_FOUND without one."""
    integration = session.get(Integration, provider)
    if integration is None:
        raise missing("INTEGRATION_NOT_FOUND", f"there is no integration of {provider!r}")
    return integration


def add_integration(session: Session, provider: str) -> IntegrationView:
    """Adds a provider of the catalogue; UNKNOWN_PROVIDER, INTEGRATION_EXISTS."""
    problem = catalog.provider_problem(catalog.bundled(), provider)
    if problem:
        raise invalid("UNKNOWN_PROVIDER", problem)
    if session.get(Integration, provider):
        raise conflict("INTEGRATION_EXISTS", f"the integration of {provider!r} is there already")
    integration = Integration(provider=provider)
    session.add(integration)
    session.flush()
    return view(session, integration)


def remove_integration(session: Session, provider: str) -> None:
    """Removes an integration without tokens; INTEGRATION_HAS_TOKENS otherwise.

    Vendor's page, section "Remove the ... integration from your organization".
    """
    integration = find_integration(session, provider)
    if _has_tokens(session, provider):
        raise conflict(
            "INTEGRATION_HAS_TOKENS",
            f"the integration of {provider!r} still has user access tokens: remove them first",
        )
    session.delete(integration)


def view(session: Session, integration: Integration) -> IntegrationView:
    """The integration as callers see it; it is active once it has a token."""
    return IntegrationView(
        provider=integration.provider,
        active=_has_tokens(session, integration.provider),
        created_at=integration.created_at,
    )


def _has_tokens(session: Session, provider: str) -> bool:
    of_provider = UserAccessToken.provider == provider
    return bool(session.scalar(select(exists().where(of_provider))))
