"""A credential that the Data API refuses: what the user is told, by what is there meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pulumi_astra_vectorize.api.commands import CREDENTIAL_MISSING, CREDENTIAL_REFUSED, error_of
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.resources.embedding_service import ServiceInputs, explained

LIBRARY: Any = SimpleNamespace(id="id-library", name="library")
SERVICE = ServiceInputs(provider="huggingface", model="BAAI/bge-small-en-v1.5", token="search")
REFUSED = error_of({"errorCode": CREDENTIAL_REFUSED, "message": "no such credential"})


def target_with(scope: list[str] | None) -> Target:
    """A target whose token "search" serves these databases; None where there is no token."""
    there = None if scope is None else SimpleNamespace(databases=scope)
    service = SimpleNamespace(token=lambda *_: there, by_hand=False)
    return cast(Target, SimpleNamespace(integrations=service))


@pytest.mark.parametrize(
    ("scope", "code", "way_out"),
    [
        (None, "TOKEN_NOT_FOUND", "create it with a UserAccessToken"),
        ([], "DATABASE_NOT_IN_SCOPE", "add 'library' to `databases`"),
        (["id-library"], CREDENTIAL_REFUSED, "run `pulumi up` again, and pass the TokenScope"),
    ],
)
def test_refused_credential_has_its_way_out(
    scope: list[str] | None, code: str, way_out: str
) -> None:
    """A scope that came a moment too late is told: a token's plain name waits for none."""
    told = explained(REFUSED, SERVICE, LIBRARY, target_with(scope))

    assert told.code == code
    assert way_out in told.fix


def test_credential_in_scope_may_be_out_of_reach() -> None:
    """A self-hosted Data API that cannot look it up refuses it again: that is told as well."""
    assert explained(REFUSED, SERVICE, LIBRARY, target_with(["id-library"])).fix.endswith(
        CREDENTIAL_MISSING
    )
