"""Embedding services: what is refused when they are declared, and what when they are used.

Contract data-api.md, sections 5, 9 and 10; the order of the checks: credentials.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import stamina

from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject
from pulumi_astra_vectorize.server.data_api.vectorize import embed, validated_service
from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
from pulumi_astra_vectorize.server.store.schema import Database
from tests.server.conftest import SECRET, Server

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
SERVICE = {"provider": "huggingface", "modelName": MINILM}


def with_token(name: str, **more: Any) -> JsonObject:
    return {**SERVICE, "authentication": {"providerKey": name}, **more}


class Provider:
    """Stands where Hugging Face stands: answers as it is told, remembers the requests."""

    def __init__(self) -> None:
        self.answer = httpx.Response(200, json=[])
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer

    @property
    def keys(self) -> list[str]:
        """The secrets that came."""
        return [request.headers["authorization"] for request in self.requests]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with stamina.set_testing(True, attempts=4):
        yield Provider()


@pytest.fixture
def call(server: Server, provider: Provider) -> Call:
    """A call to "library" whose embeddings come from ``provider``."""
    client = EmbeddingClient("http://provider.test", httpx.MockTransport(provider))
    library = Database(id=server.databases["library"].id, name="library", port=0)
    return Call(replace(server.state, embeddings=client), library)


@contextmanager
def refused(code: str, scope: str = "SCHEMA", family: str = "REQUEST") -> Iterator[None]:
    with pytest.raises(Failure) as caught:
        yield
    assert (caught.value.code, caught.value.scope, caught.value.family) == (code, scope, family)


class TestDeclaring:
    """validated_service: what createCollection, createTable and alterTable check."""

    def test_service_is_stored_with_the_suffix_and_the_models_dimension(
        self, call: Call, user_access_token: str
    ) -> None:
        """``tok1`` is stored as ``tok1.providerKey``; the dimension is filled in."""
        stored, dimension = validated_service(call, with_token(user_access_token), None)

        assert stored == {
            **SERVICE,
            "authentication": {"providerKey": f"{user_access_token}.providerKey"},
        }
        assert dimension == 384

    def test_name_that_has_the_suffix_is_kept(self, call: Call, user_access_token: str) -> None:
        """What findCollections reports can be sent back."""
        stored, _ = validated_service(call, with_token(f"{user_access_token}.providerKey"), 384)

        assert stored["authentication"] == {"providerKey": f"{user_access_token}.providerKey"}

    def test_without_a_token_the_header_is_meant(self, call: Call) -> None:
        """No authentication is stored, and nothing is looked up."""
        assert validated_service(call, {**SERVICE, "authentication": None}, None) == (SERVICE, 384)

    def test_parameters_are_kept(self, call: Call) -> None:
        """What the provider needs to know is part of the stored service."""
        service = {
            "provider": "azureOpenAI",
            "modelName": "text-embedding-ada-002",
            "parameters": {"resourceName": "r", "deploymentId": "d"},
        }

        assert validated_service(call, service, None) == (service, 1536)

    @pytest.mark.parametrize(
        "service",
        [
            {"modelName": MINILM},
            {"provider": "cohere", "modelName": "embed-english-v3.0"},
            {"provider": "huggingfac", "modelName": MINILM},
            {"provider": "huggingface"},
            {"provider": "huggingface", "modelName": "no/model"},
            {**SERVICE, "authentication": {"apiKey": "a"}},
            {
                "provider": "nvidia",
                "modelName": "NV-Embed-QA",
                "authentication": {"providerKey": "a"},
            },
            {**SERVICE, "parameters": {"x": 1}},
            {"provider": "azureOpenAI", "modelName": "text-embedding-ada-002"},
            {"provider": "huggingfaceDedicated", "modelName": "endpoint-defined-model"},
        ],
    )
    def test_mistakes_have_one_code(self, call: Call, service: JsonObject) -> None:
        """Provider, model, key, parameter: INVALID_CREATE_COLLECTION_OPTIONS."""
        with refused("INVALID_CREATE_COLLECTION_OPTIONS"):
            validated_service(call, service, None)

    def test_dimension_of_another_model_is_refused(self, call: Call) -> None:
        """all-MiniLM-L6-v2 has 384 dimensions and no others."""
        with refused("INVALID_CREATE_COLLECTION_OPTIONS"):
            validated_service(call, SERVICE, 1024)

    @pytest.mark.parametrize("name", ["nobody", "search-prod.foo", ""])
    def test_unknown_token_is_refused(self, call: Call, user_access_token: str, name: str) -> None:
        """``tok1.foo`` is looked up as ``tok1.foo.providerKey``, which is another name."""
        with refused("VECTORIZE_CREDENTIAL_INVALID"):
            validated_service(call, with_token(name), None)

    def test_database_outside_the_scope_is_refused(
        self, call: Call, server: Server, user_access_token: str
    ) -> None:
        """The token exists, but not for the database "archive"."""
        archive = Database(id=server.databases["archive"].id, name="archive", port=1)

        with refused("VECTORIZE_CREDENTIAL_INVALID"):
            validated_service(replace(call, database=archive), with_token(user_access_token), None)

    def test_probe_tells_a_usable_token_from_an_unusable_one(
        self, call: Call, user_access_token: str
    ) -> None:
        """The credential is checked before model, dimension and parameters, after the key."""
        with refused("VECTORIZE_CREDENTIAL_INVALID"):
            validated_service(call, with_token("nobody", modelName="no", parameters={"x": 1}), 7)
        with refused("INVALID_CREATE_COLLECTION_OPTIONS"):
            validated_service(call, with_token(user_access_token, modelName="no"), None)
        with refused("INVALID_CREATE_COLLECTION_OPTIONS"):
            validated_service(call, {**SERVICE, "authentication": {"other": "nobody"}}, None)


class TestUsing:
    """embed: what inserts, updates and searches do with texts."""

    def stored(self, token: str) -> JsonObject:
        return with_token(f"{token}.providerKey")

    def test_secret_of_the_token_is_sent(
        self, call: Call, provider: Provider, user_access_token: str
    ) -> None:
        """The provider gets the key that the token stands for."""
        provider.answer = httpx.Response(200, json=[[1, 2], [3, 4]])

        vectors = embed(call, self.stored(user_access_token), 2, ["a", "b"], batch=32)

        assert vectors == [[1.0, 2.0], [3.0, 4.0]]
        assert provider.keys == [f"Bearer {SECRET}"]

    @pytest.mark.parametrize("key", ["hf_of_the_request", ""])
    def test_key_of_the_request_wins(
        self, call: Call, provider: Provider, user_access_token: str, key: str
    ) -> None:
        """Even an empty header counts, and the token is not looked up then."""
        provider.answer = httpx.Response(200, json=[[1.0]])

        embed(replace(call, embedding_key=key), self.stored("gone"), 1, ["a"], batch=32)

        assert [each.strip() for each in provider.keys] == [f"Bearer {key}".strip()]

    @pytest.mark.parametrize(("batch", "calls"), [(32, [32, 32, 6]), (None, [70])])
    def test_texts_are_sent_in_batches(
        self, call: Call, batch: int | None, calls: list[int]
    ) -> None:
        """Collections send 32 texts a call at most, tables all at once; the order is kept."""
        sizes: list[int] = []

        class Counting(EmbeddingClient):
            def embed(self, model: str, texts: list[str], secret: str) -> list[list[float]]:
                sizes.append(len(texts))
                return [[float(text)] for text in texts]

        state = replace(call.server, embeddings=Counting("http://provider.test"))
        counted = replace(call, server=state, embedding_key="hf_x")

        vectors = embed(counted, SERVICE, 1, [str(n) for n in range(70)], batch=batch)

        assert vectors == [[float(n)] for n in range(70)]
        assert sizes == calls

    def test_no_texts_need_no_key_and_no_call(self, call: Call, provider: Provider) -> None:
        """A document without a text to embed is stored whatever the provider's state."""
        assert embed(call, self.stored("gone"), 384, [], batch=32) == []
        assert provider.requests == []

    def test_missing_key_is_told(self, call: Call) -> None:
        """A service without a token needs the header."""
        with refused(
            "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED", "EMBEDDING_PROVIDER", "SERVER"
        ):
            embed(call, SERVICE, 384, ["a"], batch=32)

    def test_removed_token_disables_at_once(self, call: Call, provider: Provider) -> None:
        """The look-up's error is passed on; the provider is not asked."""
        with refused(
            "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE", "EMBEDDING_PROVIDER", "SERVER"
        ):
            embed(call, self.stored("removed"), 384, ["a"], batch=32)
        assert provider.requests == []

    @pytest.mark.parametrize(
        ("answer", "refusal"),
        [
            (httpx.Response(429), ("EMBEDDING_PROVIDER_RATE_LIMITED", "EMBEDDING_PROVIDER")),
            (httpx.Response(200, json={}), ("UNEXPECTED_SERVER_ERROR", "")),
        ],
    )
    def test_trouble_of_the_provider_is_told(
        self, call: Call, provider: Provider, answer: httpx.Response, refusal: tuple[str, str]
    ) -> None:
        """What has a code gets the common prefix; no answer to speak of is SERVER's own."""
        provider.answer = answer

        with refused(*refusal, "SERVER"):
            embed(replace(call, embedding_key="hf_x"), SERVICE, 2, ["a"], batch=32)

    @pytest.mark.parametrize("answer", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0]] * 3])
    def test_answer_that_does_not_fit_is_refused(
        self, call: Call, provider: Provider, answer: list[list[float]]
    ) -> None:
        """Too few vectors, too many, or of another dimension."""
        provider.answer = httpx.Response(200, json=answer)

        with refused("EMBEDDING_PROVIDER_UNEXPECTED_RESPONSE", "EMBEDDING_PROVIDER", "SERVER"):
            embed(replace(call, embedding_key="hf_x"), SERVICE, 2, ["a", "b"], batch=32)

    @pytest.mark.parametrize("number", [1e300, -3.5e38])
    def test_number_that_no_vector_holds_is_refused(
        self, call: Call, provider: Provider, number: float
    ) -> None:
        """Vectors are of single precision; what is larger would be stored as infinity."""
        provider.answer = httpx.Response(200, json=[[0.0, number]])

        with refused("EMBEDDING_PROVIDER_UNEXPECTED_RESPONSE", "EMBEDDING_PROVIDER", "SERVER"):
            embed(replace(call, embedding_key="hf_x"), SERVICE, 2, ["a"], batch=32)

    def test_provider_that_cannot_be_called_makes_no_vectors(self, call: Call) -> None:
        """openai can be declared here; using it is refused, never imitated."""
        openai = {"provider": "openai", "modelName": "text-embedding-ada-002"}

        with refused("VECTORIZE_FEATURE_NOT_AVAILABLE"):
            embed(replace(call, embedding_key="sk"), openai, 1536, ["a"], batch=32)
