"""Who uses a user access token: the guard before anything that would stop embedding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.embedders import Embedder, embedders
from pulumi_astra_vectorize.errors import GuardError
from pulumi_astra_vectorize.resources._data_guard import RENAMED_BY_MISTAKE

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
    found = (user for db in databases for user in embedders(target.data_api(db), db))
    users = [user.place for user in found if _uses(user, provider, token)]
    if users:
        raise GuardError(
            "TOKEN_IN_USE",
            f"{what} would stop embedding at once in: {', '.join(users)}",
            fix="remove or change these first; or add `force_destroy=True` to this resource, or, "
            "to leave it to these, `opts=pulumi.ResourceOptions(retain_on_delete=True)`: it may "
            "have to be written again for that; run `pulumi up`, and then repeat this step; "
            f"{RENAMED_BY_MISTAKE}",
        )


def _uses(user: Embedder, provider: str, token: str | None) -> bool:
    return user.provider == provider and (token in user.tokens if token else bool(user.tokens))
