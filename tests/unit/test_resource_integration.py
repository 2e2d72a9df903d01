"""Integration: what a program may write, and what a change of it means."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.resources.integration import IntegrationLifecycle
from tests.unit.resource_cases import Written, change, problems

INTEGRATION = IntegrationLifecycle()


@pytest.mark.parametrize("provider", ["huggingface", "openai", "nvidia", "jinaAI"])
def test_every_provider_of_the_catalogue_may_be_added(provider: str) -> None:
    """Contract data-api.md, section 4: what findEmbeddingProviders lists."""
    assert problems(INTEGRATION, {"provider": provider}) == {}


@pytest.mark.parametrize("provider", ["", "HuggingFace", "cohere", "hugging face"])
def test_provider_that_is_not_in_the_catalogue(provider: str) -> None:
    """Disabled and misspelt providers are answered with the list."""
    assert "huggingface" in problems(INTEGRATION, {"provider": provider})["provider"]


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ({}, {}, "none"),
        ({}, {"provider": "huggingface"}, "none"),
        ({}, {"adopt": False}, "none"),
        ({}, {"provider": "openai"}, "replace (create first): provider"),
        ({}, {"adopt": True}, "update: adopt"),
        ({"force_destroy": True}, {}, "update: force_destroy"),
    ],
)
def test_change(before: Written, after: Written, step: str) -> None:
    """Another provider is another integration; written defaults are no change."""
    assert change(INTEGRATION, before, {"active": True}, after) == step
