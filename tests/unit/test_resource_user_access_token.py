"""UserAccessToken: what a program may write, and what a change of it means."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenLifecycle
from tests.unit.resource_cases import Written, change, problems, without

TOKEN = UserAccessTokenLifecycle()
WRITTEN = {"integration": "huggingface", "name": "search-prod", "secret": "hf_secret"}
OUTPUTS = {"token_id": "token-1", "generation": "generation-1"}


def test_what_the_vendors_page_describes_is_right() -> None:
    """A name, a secret and an integration are enough."""
    assert problems(TOKEN, WRITTEN) == {}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "-search"}, "name"),
        ({"name": "n" * 51}, "name"),
        ({"integration": "nobody"}, "integration"),
        ({"secret": ""}, "secret"),
        ({"secret": "hf_secret\n"}, "secret"),
        ({"secret": "hf_sécret"}, "secret"),
        ({"secret": ["hf_secret"]}, "secret"),
        ({"name": "hf_secret"}, "secret"),
        ({"name": "hf_s/" * 20, "secret": "hf_s/" * 20}, "secret"),
        ({"secret_version": "hf_secret"}, "secret"),
        ({"rotation": "never"}, "rotation"),
        ({"verify_secret": "yes"}, "verify_secret"),
    ],
)
def test_problem_names_its_property_and_shows_no_secret(changes: Written, path: str) -> None:
    """Vendor's page, step 6: the name's rules, a secret that can be sent."""
    found = problems(TOKEN, {**WRITTEN, **changes})

    assert set(found) == {path}
    assert "hf_s" not in str(found)


def test_missing_secret_is_a_problem() -> None:
    """A config value that is not set must not become an empty secret."""
    assert set(problems(TOKEN, without(WRITTEN, "secret"))) == {"secret"}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "none"),
        ({"verify_secret": True}, "none"),
        ({"rotation": "recreate"}, "none"),
        ({"secret": "hf_other"}, "update: secret"),
        ({"verify_secret": False}, "update: verify_secret"),
        ({"rotation": "in_place"}, "update: rotation"),
        ({"adopt": True}, "update: adopt"),
        ({"force_destroy": True}, "update: force_destroy"),
        ({"name": "other"}, "replace (create first): name"),
        ({"integration": "openai"}, "replace (create first): integration"),
        ({"name": "other", "secret": "hf_other"}, "replace (create first): name"),
    ],
)
def test_change(changes: Written, step: str) -> None:
    """Vendor's page: a name cannot change; a new secret is a rotation, never a replacement."""
    assert change(TOKEN, WRITTEN, OUTPUTS, {**WRITTEN, **changes}) == step
