"""Who uses a user access token: the guard before anything that would stop embedding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.data_api import JsonObject, member
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.errors import GuardError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target


def refuse_while_used(
    target: Target, what: str, provider: str, databases: Iterable[Database], token: str | None
) -> None:
    """Refuses ``what`` while collections or vector columns embed through the token.

    ``token`` None stands for every token of the provider.

    Raises:
        GuardError: TOKEN_IN_USE, listing the users and the line to add.
    """
    users = [user for db in databases for user in _users(target, db, provider, token)]
    if users:
        raise GuardError(
            "TOKEN_IN_USE",
            f"{what} would stop embedding at once in: {', '.join(users)}",
            fix="remove or change these first; or add `force_destroy=True` to this resource, run "
            "`pulumi up`, and then repeat this step",
        )


def _users(target: Target, database: Database, provider: str, token: str | None) -> Iterator[str]:
    api = target.data_api(database)
    for keyspace in database.info.keyspaces:
        place = f"{database.name}/{keyspace}"
        for name, options in api.collections(keyspace).items():
            if _uses(member(member(options, "vector"), "service"), provider, token):
                yield f"{place}/{name}"
        for name, definition in api.tables(keyspace).items():
            for column, described in definition["columns"].items():
                if _uses(member(described, "service"), provider, token):
                    yield f"{place}/{name}.{column}"


def _uses(service: JsonObject, provider: str, token: str | None) -> bool:
    credentials = member(service, "authentication").values()
    names = {rules.token_of_credential(str(name)) for name in credentials}
    return service.get("provider") == provider and (token in names if token else bool(names))
