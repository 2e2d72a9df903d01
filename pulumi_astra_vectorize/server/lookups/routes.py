"""The look-ups over HTTP, in the words of contract data-api.md, section 10.

What is not there is answered with ``errors`` and HTTP status 200: the Data API keeps an empty map
in its cache, and repeats a call that got a 4xx three times.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from pulumi_astra_vectorize.rules import token_of_credential
from pulumi_astra_vectorize.server.bearer_guard import bearer_of
from pulumi_astra_vectorize.server.deeds import TheDeed
from pulumi_astra_vectorize.server.lookups.callers import Callers
from pulumi_astra_vectorize.server.lookups.credentials import resolve_secret
from pulumi_astra_vectorize.server.request_ids import passed_on
from pulumi_astra_vectorize.server.vault import TheVault

CREDENTIAL = "/{database_id}/integrations-type/{provider}/creds/{credential}"


class UnknownCallerError(Exception):
    """No token, or one that nobody vouches for."""


async def _refuse_unknown_callers(request: Request, deed: TheDeed) -> None:
    deed.token = token_of_credential(request.path_params["credential"])
    callers: Callers = request.app.state.callers
    token = bearer_of(request.headers)
    deed.who = None if token is None else await callers.name_of(token, passed_on(request.headers))
    if deed.who is None:
        raise UnknownCallerError


routes = APIRouter(dependencies=[Depends(_refuse_unknown_callers)])
"""Both calls; the application that includes them has a vault and callers in its state."""


@routes.get(CREDENTIAL)
def look_up_secret(
    vault: TheVault, database_id: str, provider: str, credential: str, response: Response
) -> dict[str, object]:
    """The secret behind a credential, ``TOKEN.providerKey``."""
    secret = resolve_secret(vault, provider, credential, database_id)
    response.headers["Cache-Control"] = "no-store"
    return {"credentials": {credential: secret}, "errors": []}


@routes.get(CREDENTIAL + "/valid")
def check_credential(
    vault: TheVault, database_id: str, provider: str, credential: str
) -> dict[str, object]:
    """Whether a database may use a credential: true, or ``errors`` that say why not."""
    resolve_secret(vault, provider, credential, database_id)
    return {"credentials": {credential: True}, "errors": []}
