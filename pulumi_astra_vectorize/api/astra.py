"""What tells Astra from an embedded server that is taken for it."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.errors import ConfigurationError

EMBEDDED = "LOCAL"
"""The cloud that databases of the embedded server are in; Astra's are in AWS, GCP or AZURE."""


def require_astra(databases: Iterable[Database], endpoint: str) -> None:
    """Raises ConfigurationError NOT_ASTRA when the databases are an embedded server's.

    Otherwise every resource would find something else that Astra has and it has not.
    """
    if any(database.info.cloud == EMBEDDED for database in databases):
        raise ConfigurationError(
            "NOT_ASTRA",
            f"the settings contradict each other: the target is astra, but the endpoint {endpoint} "
            "is an embedded server",
            fix="run `pulumi config set astra-vectorize:target local` to use that server, or "
            "`pulumi config rm astra-vectorize:endpoint` to use Astra itself (where they come from "
            "the environment: ASTRA_VECTORIZE_TARGET and ASTRA_VECTORIZE_ENDPOINT)",
        )
