"""What tells Astra from an embedded server that is taken for it."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.settings import Settings
from pulumi_astra_vectorize.wire import EMBEDDED_CLOUD


def require_astra(databases: Iterable[Database], settings: Settings) -> None:
    """Raises ConfigurationError NOT_ASTRA when the databases are an embedded server's.

    Otherwise every resource would find something else that Astra has and it has not.
    """
    if any(database.info.cloud == EMBEDDED_CLOUD for database in databases):
        raise ConfigurationError(
            "NOT_ASTRA",
            "the settings contradict each other: the target is astra, but the endpoint "
            f"{settings.endpoint} is an embedded server",
            fix=f"run {settings.line_to_set('target', 'local')} to use that server, or "
            f"{settings.line_to_remove('endpoint')} to use Astra itself{_elsewhere(settings)}",
        )


def _elsewhere(settings: Settings) -> str:
    """What no line of the config changes."""
    variables = settings.variables_of("target", "endpoint")
    return f" (where they come from the environment: {variables})" if variables else ""
