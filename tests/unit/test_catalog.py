"""The catalogue of embedding providers, models and dimensions (contract data-api.md, section 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulumi_astra_vectorize import catalog

HUGGING_FACE_MODELS = {
    "sentence-transformers/all-MiniLM-L6-v2": 384,
    "intfloat/multilingual-e5-large": 1024,
    "intfloat/multilingual-e5-large-instruct": 1024,
    "BAAI/bge-small-en-v1.5": 384,
    "BAAI/bge-base-en-v1.5": 768,
    "BAAI/bge-large-en-v1.5": 1024,
}


def model(provider: str, name: str) -> catalog.Model:
    found = catalog.bundled()[provider].model(name)
    assert found is not None
    return found


def test_hugging_face_has_exactly_the_six_models_of_the_vendors_page() -> None:
    """The page names six models, each with one dimension."""
    models = catalog.bundled()["huggingface"].models

    assert {each.name: each.vector_dimension for each in models} == HUGGING_FACE_MODELS


@pytest.mark.parametrize("disabled", ["cohere", "vertexai"])
def test_disabled_providers_are_absent(disabled: str) -> None:
    """Providers that the Data API ships switched off are not listed."""
    assert disabled not in catalog.bundled()


def test_members_of_the_bundled_copy_are_those_of_the_wire() -> None:
    """The copy is a status that a client can be given as it stands."""
    providers = json.loads(catalog.bundled_bytes())["embeddingProviders"]

    assert {
        "displayName",
        "url",
        "supportedAuthentication",
        "parameters",
        "models",
    } == set().union(*providers.values())
    assert {"name", "apiModelSupport", "vectorDimension", "parameters"} == set().union(
        *(each for provider in providers.values() for each in provider["models"])
    )


def test_hugging_face_authenticates_by_header_or_shared_secret() -> None:
    """Both keys are forwarded to Hugging Face as its Authorization header."""
    ways = catalog.bundled()["huggingface"].supported_authentication

    assert (
        ways["HEADER"].tokens[0].accepted,
        ways["HEADER"].tokens[0].forwarded,
    ) == ("x-embedding-api-key", "Authorization")
    assert (
        ways["SHARED_SECRET"].tokens[0].accepted,
        ways["SHARED_SECRET"].tokens[0].forwarded,
    ) == ("providerKey", "Authorization")
    assert not ways["NONE"].enabled


@pytest.mark.parametrize(
    ("provider", "key"),
    [("huggingface", "providerKey"), ("openai", "providerKey"), ("nvidia", None)],
)
def test_shared_secret_key(provider: str, key: str | None) -> None:
    """A provider tells under which key it takes a user access token, if it takes one."""
    assert key == catalog.shared_secret_key(catalog.bundled()[provider])


def test_provider_that_needs_two_secrets_has_no_single_key() -> None:
    """Bedrock takes an access id and a secret key: one user access token cannot serve it."""
    bedrock = catalog.bundled()["bedrock"]

    assert bedrock.shared_secret_keys == ("accessId", "secretKey")
    assert catalog.shared_secret_key(bedrock) is None


@pytest.mark.parametrize(
    ("provider", "name", "dimension", "accepted"),
    [
        ("huggingface", "BAAI/bge-base-en-v1.5", None, True),
        ("huggingface", "BAAI/bge-base-en-v1.5", 768, True),
        ("huggingface", "BAAI/bge-base-en-v1.5", 767, False),
        ("openai", "text-embedding-3-small", None, True),
        ("openai", "text-embedding-3-small", 2, True),
        ("openai", "text-embedding-3-small", 1536, True),
        ("openai", "text-embedding-3-small", 1, False),
        ("openai", "text-embedding-3-small", 1537, False),
        ("bedrock", "amazon.titan-embed-text-v2:0", 512, True),
        ("bedrock", "amazon.titan-embed-text-v2:0", 513, False),
        ("huggingfaceDedicated", "endpoint-defined-model", None, False),
        ("huggingfaceDedicated", "endpoint-defined-model", 384, True),
    ],
)
def test_dimensions(provider: str, name: str, dimension: int | None, *, accepted: bool) -> None:
    """A model supports its fixed dimension, its range or its options, and nothing else."""
    problem = catalog.dimension_problem(model(provider, name), dimension)

    assert accepted is (problem is None)


@pytest.mark.parametrize(
    ("provider", "name", "default"),
    [
        ("huggingface", "sentence-transformers/all-MiniLM-L6-v2", 384),
        ("openai", "text-embedding-3-large", 3072),
        ("huggingfaceDedicated", "endpoint-defined-model", None),
    ],
)
def test_default_dimension(provider: str, name: str, default: int | None) -> None:
    """The dimension that is filled in, or None where it has to be given."""
    assert default == model(provider, name).dimension.default


@given(st.integers(min_value=-10, max_value=5000))
def test_range_holds_both_its_ends_and_all_between(dimension: int) -> None:
    """The server's numericRange [256, 3072] is closed on both sides."""
    rule = model("openai", "text-embedding-3-large").dimension

    assert rule.supports(dimension) is (256 <= dimension <= 3072)


def test_dimension_problem_says_what_is_supported() -> None:
    """The user reads which dimension was wrong and which ones are right."""
    problem = catalog.dimension_problem(model("openai", "text-embedding-3-small"), 4)
    wrong = catalog.dimension_problem(model("openai", "text-embedding-3-small"), 4000)

    assert problem is None
    assert wrong is not None
    assert "4000" in wrong
    assert "2 to 1536" in wrong


def test_model_without_a_dimension_fact_supports_any() -> None:
    """A newer server may list a model without any fact on its dimension."""
    rule = catalog.Model(name="new").dimension

    assert rule.supports(7)
    assert str(rule) == "any"
    assert rule.default is None


def test_provider_that_is_left_out_is_missed() -> None:
    """Contract data-api.md, section 5, "missing provider": nobody wrote the word None."""
    problem = catalog.provider_problem(catalog.bundled(), None)

    assert problem is not None
    assert "huggingface" in problem
    assert "None" not in problem


def test_unknown_provider_is_told_which_ones_there_are() -> None:
    """The problem names the wrong id and the known ones."""
    problem = catalog.provider_problem(catalog.bundled(), "hugginface")

    assert problem is not None
    assert "'hugginface'" in problem
    assert "huggingface" in problem
    assert catalog.provider_problem(catalog.bundled(), "huggingface") is None


@pytest.mark.parametrize("name", [None, "all-MiniLM-L6-v2", ""])
def test_unknown_model_is_a_problem(name: str | None) -> None:
    """A model is known by its whole name only."""
    assert catalog.model_problem("huggingface", catalog.bundled()["huggingface"], name)


@pytest.mark.parametrize("status", ["DEPRECATED", "END_OF_LIFE"])
def test_model_that_is_no_longer_supported_is_a_problem(status: str) -> None:
    """The Data API takes no new collection for a model that it gave up."""
    old = catalog.Model(name="old", api_model_support=catalog.Support(status=status))
    provider = catalog.Provider(display_name="P", models=(old,))

    problem = catalog.model_problem("p", provider, "old")

    assert problem is not None
    assert status in problem


@pytest.mark.parametrize(
    ("provider", "keys", "accepted"),
    [
        ("huggingface", ["providerKey"], True),
        ("huggingface", [], True),
        ("huggingface", ["apiKey"], False),
        ("nvidia", [], True),
        ("nvidia", ["providerKey"], False),
        ("bedrock", ["accessId", "secretKey"], True),
    ],
)
def test_authentication_keys(provider: str, keys: list[str], *, accepted: bool) -> None:
    """Only the keys that the provider accepts as shared secrets, or none at all."""
    problem = catalog.authentication_problem(provider, catalog.bundled()[provider], keys)

    assert accepted is (problem is None)


def test_provider_that_only_takes_shared_secrets_needs_one() -> None:
    """Without NONE and HEADER there is no way but a stored secret."""
    provider = catalog.Provider(
        display_name="P",
        supported_authentication={"SHARED_SECRET": catalog.Authentication(enabled=True)},
    )

    assert catalog.authentication_problem("p", provider, [])


@pytest.mark.parametrize(
    ("provider", "name", "parameters", "problems"),
    [
        ("huggingface", "BAAI/bge-small-en-v1.5", {}, 0),
        ("huggingface", "BAAI/bge-small-en-v1.5", {"x": 1}, 1),
        ("voyageAI", "voyage-2", {"autoTruncate": False}, 0),
        ("voyageAI", "voyage-2", {"autoTruncate": "no"}, 1),
        ("azureOpenAI", "text-embedding-ada-002", {}, 2),
        ("azureOpenAI", "text-embedding-ada-002", {"resourceName": "r", "deploymentId": "d"}, 0),
        ("azureOpenAI", "text-embedding-ada-002", {"resourceName": 1, "x": "y"}, 3),
        ("jinaAI", "jina-embeddings-v3", {"task": "classification", "late_chunking": True}, 0),
        ("jinaAI", "jina-embeddings-v3", {"vectorDimension": 512}, 1),
    ],
)
def test_parameters(provider: str, name: str, parameters: dict[str, Any], problems: int) -> None:
    """Unknown, missing and mistyped parameters are all told at once."""
    found = catalog.parameter_problems(
        provider, catalog.bundled()[provider], model(provider, name), parameters
    )

    assert problems == len(found)


def test_number_parameter_takes_numbers_but_not_booleans() -> None:
    """In JSON true is no number."""
    setting = catalog.Parameter(name="n", type="NUMBER")
    provider = catalog.Provider(display_name="P", parameters=(setting,))

    assert not catalog.parameter_problems("p", provider, catalog.Model(name="m"), {"n": 1.5})
    assert catalog.parameter_problems("p", provider, catalog.Model(name="m"), {"n": True})


def test_answer_of_a_newer_server_is_read() -> None:
    """Members that this version does not know are no error."""
    status = json.loads(catalog.bundled_bytes())
    status["embeddingProviders"]["huggingface"]["models"][0]["tokensPerMinute"] = 5

    assert set(catalog.parse(status)) == set(catalog.bundled())


def test_something_else_than_a_catalogue_is_refused() -> None:
    """A reply without providers is not an empty catalogue."""
    with pytest.raises(ValidationError):
        catalog.parse({"keyspaces": []})
