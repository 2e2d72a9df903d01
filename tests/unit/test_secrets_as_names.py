"""A secret where a token's name belongs is refused before it is anywhere to be read."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider

SECRET = "hf_" + "aB3" * 11 + "z"
SERVICE = {"provider": "huggingface", "model": "sentence-transformers/all-MiniLM-L6-v2"}


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("provider", "inputs"),
    [
        (UserAccessTokenProvider, {"name": SECRET, "secret": "hf_another_one"}),
        (UserAccessTokenProvider, {"name": SECRET, "secret": SECRET}),
        (TokenScopeProvider, {"token": SECRET, "databases": ["library"]}),
        (
            CollectionProvider,
            {"name": "notes", "database": "library", "service": {**SERVICE, "token": SECRET}},
        ),
    ],
)
def test_a_secret_is_no_name(provider: type[Provider], inputs: dict[str, object]) -> None:
    """The engine would show the value of a property that it is told to have a problem."""
    failures = provider().check({}, inputs).failures

    assert [failure.property for failure in failures] == [""]
    assert "[INVALID_SECRET]" in failures[0].reason
    assert SECRET not in failures[0].reason


@pytest.mark.usefixtures("configured")
def test_a_name_may_begin_as_secrets_do() -> None:
    """Only what is as long as a secret is taken for one."""
    inputs = {"token": "hf_search-prod", "databases": ["library"]}

    assert TokenScopeProvider().check({}, inputs).failures == []
