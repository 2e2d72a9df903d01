"""The steps that a person takes in the Astra Portal, with the names filled in.

Vendor's page: "Add the Hugging Face Serverless integration to your organization", "Manage scoped
databases", "Remove Hugging Face Serverless user access tokens".
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_astra_vectorize.catalog import HUGGING_FACE

NAMES = {HUGGING_FACE: "Hugging Face Serverless"}
"""What the Portal calls the providers; another provider goes by its id."""


def add_token_steps(provider: str, name: str, databases: Sequence[str]) -> list[str]:
    """Adds a token under a name, with the first databases of its scope."""
    listed = ", ".join(databases) or "the databases of its TokenScope, at least one"
    return [
        *_open_integration(provider),
        "choose Add integration, or Add API key where the integration is active already",
        f"enter the user access token name {name} exactly, and the provider's token",
        f"add to the scope: {listed} (at most 10 at once)",
        "choose Add Integration",
    ]


def add_database_steps(provider: str, name: str, databases: Sequence[str]) -> list[str]:
    """Adds databases to a token's scope."""
    return [
        *_open_integration(provider),
        f"under API keys, open the menu More of {name} and choose Add database",
        f"add, one after the other: {', '.join(databases)}",
    ]


def remove_database_steps(provider: str, name: str, database: str) -> list[str]:
    """Takes a database out of a token's scope."""
    return [
        *_open_integration(provider),
        f"under API keys, expand {name} and choose Delete beside {database}",
        f"enter the database name {database} and choose Remove scope",
    ]


def remove_token_steps(provider: str, name: str) -> list[str]:
    """Removes a token; embedding through it stops at once."""
    return [
        *_open_integration(provider),
        f"under API keys, open the menu More of {name} and choose Remove API key",
        f"enter {name} and choose Remove key",
    ]


def numbered(steps: Sequence[str]) -> str:
    """The steps as one line of text."""
    return "; ".join(f"({number}) {step}" for number, step in enumerate(steps, start=1))


def _open_integration(provider: str) -> list[str]:
    shown = NAMES.get(provider, provider)
    return [
        "in the Astra Portal, open Settings, select the organization, and choose Integrations",
        f"select {shown} Embedding provider",
    ]
