"""What a request does, and for whom: filled in where it is known, read by the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

_DEED = "deed"


@dataclass
class Deed:
    """One request in the words of the audit log; never a secret, never a bearer token.

    ``what`` is the operation's name as the OpenAPI document has it, or the path that was refused
    before it was looked at; None for requests that concern nobody's secrets.
    """

    request_id: str | None = None
    who: str | None = None
    what: str | None = None
    provider: str | None = None
    token: str | None = None
    """A user access token's name."""
    databases: list[str] = field(default_factory=list[str])
    problem: str | None = None
    """The stable code of a refusal."""


def deed_of(scope: Scope) -> Deed:
    """The deed of a request, the same one everywhere on its way."""
    deed: Deed = scope.setdefault("state", {}).setdefault(_DEED, Deed())
    return deed


async def known_by_path(request: Request) -> Deed:
    """The request's deed, with what its path says."""
    deed = deed_of(request.scope)
    deed.what = request.scope["route"].name
    deed.provider = request.path_params.get("provider")
    if "database_id" in request.path_params:
        deed.databases = [request.path_params["database_id"]]
    return deed


TheDeed = Annotated[Deed, Depends(known_by_path)]
