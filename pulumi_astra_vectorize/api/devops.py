"""The databases of an organisation: the part of the DevOps API that is needed (devops.md)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from pulumi_astra_vectorize.api.databases import ACTIVE, Database
from pulumi_astra_vectorize.errors import (
    ConfigurationError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.transport import Answer, Method, Transport

DATABASES = "/v2/databases"

PAGE = 100

KEYSPACE_SECONDS = 180
"""How long a database may be in MAINTENANCE after a keyspace was created or deleted."""

POLL_SECONDS = 1.0

TAKE_OVER = "add `adopt=True` to the Keyspace, which is there but not in the state, and "


class _Problem(BaseModel):
    """What is wrong, in the DevOps API's own words; its number says no more than the status."""

    model_config = ConfigDict(defer_build=True)
    message: str


class _Problems(BaseModel):
    """The body of an answer that is no success (contract devops.md)."""

    model_config = ConfigDict(defer_build=True)
    errors: list[_Problem] = []


class DevOps:
    """The databases of the organisation, as Astra and the embedded server tell them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def databases(self) -> list[Database]:
        """All Serverless (Vector) databases that are not terminated, page by page.

        Raises:
            ConfigurationError: NOT_A_DEVOPS_API.
        """
        found: list[Database] = []
        while True:
            after = f"&starting_after={found[-1].id}" if found else ""
            query = f"include=nonterminated&provider=ALL&limit={PAGE}{after}"
            answer = self._call("GET", f"{DATABASES}?{query}", {200})
            page = answer.parsed(list[Database])
            found += page
            if len(page) < PAGE:
                return [database for database in found if database.has_vectors]

    def create_keyspace(self, database: Database, name: str) -> None:
        """Creates a keyspace, and waits until the database serves it."""
        self._call("POST", f"{DATABASES}/{database.id}/keyspaces/{name}", {201})
        self._wait(database, name, there=True)

    def delete_keyspace(self, database: Database, name: str) -> None:
        """Deletes a keyspace with all that is in it, and waits until it is gone."""
        self._call("DELETE", f"{DATABASES}/{database.id}/keyspaces/{name}", {202, 204})
        self._wait(database, name, there=False)

    def _wait(self, database: Database, keyspace: str, *, there: bool) -> None:
        deadline = time.monotonic() + KEYSPACE_SECONDS
        while time.monotonic() < deadline:
            now = self._call("GET", f"{DATABASES}/{database.id}", {200}).parsed(Database)
            if now.status == ACTIVE and (keyspace in now.info.keyspaces) is there:
                return
            time.sleep(POLL_SECONDS)
        raise UnreachableError(
            "KEYSPACE_NOT_READY",
            f"keyspace {keyspace!r} of database {database.name!r} was "
            f"{'created' if there else 'deleted'}, but the database is not done after "
            f"{KEYSPACE_SECONDS} seconds",
            fix=f"{TAKE_OVER if there else ''}run the same command again once the database is "
            "ACTIVE",
            source="Astra DB",
        )

    def _call(self, method: Method, path: str, expected: set[int]) -> Answer:
        answer = self._transport.call(method, path, repeatable=True)
        place, _, _ = path.partition("?")
        if answer.status == 404 and place == DATABASES:
            raise self._is_another()
        if answer.status == 404:
            raise NotFoundError(
                "DATABASE_NOT_FOUND",
                f"the DevOps API knows nothing at {place}",
                fix="check the database's name or id",
                source="Astra DB",
            )
        if answer.status not in expected:
            raise RefusedError(
                "DEVOPS_REFUSED",
                f"the DevOps API answered HTTP {answer.status} to {method} {place}{_said(answer)}",
                fix="correct what it names; or check the application token's rights and the "
                "endpoint",
                source="Astra DB",
            )
        return answer

    def _is_another(self) -> ConfigurationError:
        """Every DevOps API has this list, be it empty: an integrations service has none."""
        settings = self._transport.settings
        return ConfigurationError(
            "NOT_A_DEVOPS_API",
            f"{self._transport.base_url} is not what the settings of target and endpoint say: it "
            f"has no list of databases at {DATABASES}",
            fix=f"run {settings.line_to_set('endpoint', 'URL')} with the embedded server's main "
            "address (Astra's own needs none); or, if it is the integrations service beside a Data "
            f"API of your own, {settings.line_to_set('target', 'self-hosted')}",
            source="Astra DB",
        )


def _said(answer: Answer) -> str:
    """What the answer says is wrong; nothing where something else answered."""
    try:
        problems = answer.parsed(_Problems).errors
    except UnreachableError:
        return ""
    return "".join(f": {problem.message}" for problem in problems)
