"""Embedding services of collections and vector columns: checking them, and using them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pulumi_astra_vectorize import catalog
from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    schema_failure,
    unexpected_failure,
)
from pulumi_astra_vectorize.server.data_api.vector_numbers import single_precision
from pulumi_astra_vectorize.server.embedding.errors import ProviderError
from pulumi_astra_vectorize.server.lookups.credentials import (
    CredentialError,
    credential_is_valid,
    resolve_secret,
)

EMBEDDING_PROVIDER = catalog.HUGGING_FACE
"""The one provider that this server can call; the others can be declared, not used."""


def validated_service(
    call: Call, service: JsonObject, dimension: int | None
) -> tuple[JsonObject, int]:
    """Checks an embedding service and completes it.

    ``service`` has the members that the client sent (provider, modelName, authentication,
    parameters); ``dimension`` is None where the model shall tell it. Returns the service as it is
    stored and the dimension. Raises the failures of contract data-api.md, section 5, in the order
    of credentials.md: provider, authentication key, credential, model, dimension, parameters. The
    order lets a client probe a credential with a model that cannot exist.
    """
    _refuse(catalog.provider_problem(catalog.bundled(), service.get("provider")))
    name = service["provider"]
    provider = catalog.bundled()[name]
    credentials = _credentials(service.get("authentication") or {})
    _refuse(catalog.authentication_problem(name, provider, credentials))
    _refuse_invalid_credentials(call, name, credentials)
    _refuse(catalog.model_problem(name, provider, service.get("modelName")))
    model = provider.model(service["modelName"])
    assert model is not None  # noqa: S101 - model_problem has found it
    _refuse(catalog.dimension_problem(model, dimension))
    parameters: JsonObject = service.get("parameters") or {}
    _refuse(*catalog.parameter_problems(name, provider, model, parameters))
    stored: JsonObject = {"provider": name, "modelName": model.name}
    stored |= {"authentication": credentials} if credentials else {}
    stored |= {"parameters": parameters} if parameters else {}
    return stored, _dimension(model, dimension)


def embed(
    call: Call, service: JsonObject, dimension: int, texts: list[str], *, batch: int | None
) -> list[list[float]]:
    """The vectors of the texts, in their order.

    ``service`` is one that ``validated_service`` returned; ``batch`` is the greatest number of
    texts in a call to the provider (None: all at once). Raises the failures of contract
    data-api.md, section 9; no vectors are made up for a provider that cannot be called.
    """
    if not texts:
        return []
    if service["provider"] != EMBEDDING_PROVIDER:
        raise _not_available(service["provider"])
    secret = _secret(call, service)
    return [
        vector
        for some in _batches(texts, batch or len(texts))
        for vector in _embed_once(call, service["modelName"], dimension, some, secret)
    ]


def _refuse(*problems: str | None) -> None:
    for problem in problems:
        if problem is not None:
            raise schema_failure("INVALID_CREATE_COLLECTION_OPTIONS", problem)


def _credentials(authentication: Mapping[str, str]) -> dict[str, str]:
    """The full names of the credentials: ``tok1`` becomes ``tok1.providerKey``."""
    return {
        key: name if name.endswith(f".{key}") else f"{name}.{key}"
        for key, name in authentication.items()
    }


def _refuse_invalid_credentials(call: Call, provider: str, credentials: Mapping[str, str]) -> None:
    for credential in credentials.values():
        if not credential_is_valid(call.server, provider, credential, call.database.id):
            raise schema_failure(
                "VECTORIZE_CREDENTIAL_INVALID",
                f"The credential '{credential}' of the embedding provider '{provider}' does not "
                "exist, or this database is not in its scope.",
            )


def _dimension(model: catalog.Model, dimension: int | None) -> int:
    chosen = model.dimension.default if dimension is None else dimension
    assert chosen is not None  # noqa: S101 - dimension_problem has refused None without a default
    return chosen


def _not_available(provider: str) -> Failure:
    return schema_failure(
        "VECTORIZE_FEATURE_NOT_AVAILABLE",
        f"This server declares the embedding provider '{provider}' but cannot call it; "
        f"it makes embeddings through '{EMBEDDING_PROVIDER}' only.",
    )


def _secret(call: Call, service: JsonObject) -> str:
    """The provider's key: the request's header wins, even an empty one."""
    if call.embedding_key is not None:
        return call.embedding_key
    for credential in service.get("authentication", {}).values():
        secret = _looked_up(call, service["provider"], credential)
        if secret is not None:
            return secret
    raise _provider_failure(
        "AUTHENTICATION_KEYS_NOT_PROVIDED",
        f"The embedding provider '{service['provider']}' needs a key: send it in the header "
        "'x-embedding-api-key'.",
    )


def _looked_up(call: Call, provider: str, credential: str) -> str | None:
    """The secret as the cache or the integrations service has it; None for an empty answer."""
    database_id = call.database.id
    try:
        return call.server.troubles.credential_cache.secret(
            (call.token, database_id, provider, credential),
            lambda: resolve_secret(call.server, provider, credential, database_id),
        )
    except CredentialError as problem:
        raise Failure(
            "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE",
            f"The credential '{credential}' cannot be resolved: {problem.id}: {problem.message}.",
            family="SERVER",
            scope="EMBEDDING_PROVIDER",
        ) from None


def _embed_once(
    call: Call, model: str, dimension: int, texts: list[str], secret: str
) -> list[list[float]]:
    try:
        vectors = call.server.embeddings.embed(model, texts, secret)
    except ProviderError as error:
        if error.trouble is None:
            raise unexpected_failure(error.message) from None
        raise _provider_failure(error.trouble, error.message) from None
    if len(vectors) != len(texts):
        raise _unexpected(f"{len(vectors)} vectors for {len(texts)} texts")
    return [_checked(vector, dimension) for vector in vectors]


def _checked(vector: list[float], dimension: int) -> list[float]:
    """A provider's vector as it is kept."""
    if len(vector) != dimension:
        raise _unexpected(f"a vector of dimension {len(vector)} instead of {dimension}")
    kept = single_precision(vector)
    if kept is None:
        raise _unexpected("a vector with a number that has no single precision")
    return kept


def _unexpected(answer: str) -> Failure:
    return _provider_failure(
        "UNEXPECTED_RESPONSE",
        f"The embedding provider '{EMBEDDING_PROVIDER}' answered with HTTP status 200: {answer}.",
    )


def _provider_failure(kind: str, message: str) -> Failure:
    """A failure of the embedding provider: ``kind`` is its code without the common prefix."""
    return Failure(
        f"EMBEDDING_PROVIDER_{kind}", message, family="SERVER", scope="EMBEDDING_PROVIDER"
    )


def _batches(texts: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield list(texts[start : start + size])
