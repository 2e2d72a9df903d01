"""The options of createCollection: their shape, and the definition that they come to."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field

from pulumi_astra_vectorize.rules import (
    DEFAULT_SOURCE_MODEL,
    ID_TYPES,
    MAX_COLLECTION_DIMENSION,
    METRICS,
    SOURCE_MODELS,
    metric_of,
)
from pulumi_astra_vectorize.server.data_api.collections.indexing import check_indexing
from pulumi_astra_vectorize.server.data_api.commands import Call, Command
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, schema_failure
from pulumi_astra_vectorize.server.data_api.vectorize import validated_service


def _one_of(*known: str) -> AfterValidator:
    """Takes only the vendor's words."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"'{value}' is not one of {', '.join(known)}")
        return value

    return AfterValidator(check)


def _truncated(value: object) -> object:
    """A dimension of 3.5 is silently 3 (contract data-api.md, section 5)."""
    return int(value) if isinstance(value, float) else value


class DefaultId(Command):
    """``defaultId``: the type of the ``_id`` that documents get which have none."""

    type: Annotated[str, _one_of(*ID_TYPES)] | None = None


class Service(Command):
    """``vector.service``: how ``$vectorize`` is embedded."""

    provider: str | None = None
    model_name: str | None = None
    authentication: dict[str, str] | None = None
    parameters: dict[str, Any] | None = None


class VectorOptions(Command):
    """``vector``; ``size`` and ``function`` are older names of its members."""

    dimension: Annotated[int, BeforeValidator(_truncated), Field(gt=0)] | None = Field(
        default=None, validation_alias=AliasChoices("dimension", "size")
    )
    metric: Annotated[str, _one_of(*METRICS)] | None = Field(
        default=None, validation_alias=AliasChoices("metric", "function")
    )
    source_model: Annotated[str, _one_of(*SOURCE_MODELS)] | None = None
    service: Service | None = None


class IndexingOptions(Command):
    """``indexing``: the paths that are indexed, or those that are not."""

    allow: list[str] | None = None
    deny: list[str] | None = None


class LexicalOptions(Command):
    """``lexical``: a feature that is off here."""

    enabled: bool | None = None
    analyzer: Any = None


class RerankOptions(Command):
    """``rerank``: a feature that is off here."""

    enabled: bool | None = None
    service: Any = None


class CollectionOptions(Command):
    """``options`` of createCollection."""

    default_id: DefaultId | None = None
    vector: VectorOptions | None = None
    indexing: IndexingOptions | None = None
    lexical: LexicalOptions | None = None
    rerank: RerankOptions | None = None


class CreateCollection(Command):
    """``createCollection``."""

    name: str | None = None
    options: CollectionOptions | None = None

    SERVICE_PATH: ClassVar[tuple[str, ...]] = ("options", "vector", "service")

    @classmethod
    def unknown_member(cls, path: tuple[str | int, ...]) -> Failure:
        """Unknown options have a code of their own, unknown members of a service have not."""
        if path[0] != "options" or path[:3] == cls.SERVICE_PATH:
            return super().unknown_member(path)
        return Failure(
            "INVALID_CREATE_COLLECTION_FIELD",
            f"'createCollection' referenced an unrecognized field: '{cls.field_name(path)}'.",
        )


def definition_of(call: Call, options: CollectionOptions) -> JsonObject:
    """The collection that options describe, as findCollections explains it: defaults filled in.

    Raises the refusals of contract data-api.md, section 5.
    """
    _refuse_absent_features(options)
    definition: JsonObject = {}
    if options.default_id is not None and options.default_id.type is not None:
        definition["defaultId"] = {"type": options.default_id.type}
    if options.indexing is not None:
        check_indexing(options.indexing.allow, options.indexing.deny)
        definition["indexing"] = options.indexing.model_dump(exclude_none=True)
    if options.vector is not None:
        definition["vector"] = _vector(call, options.vector)
    return definition | {"lexical": {"enabled": False}, "rerank": {"enabled": False}}


def _refuse_absent_features(options: CollectionOptions) -> None:
    if options.lexical is not None and options.lexical.enabled:
        raise schema_failure(
            "LEXICAL_FEATURE_NOT_ENABLED", "Lexical search is not enabled on this server."
        )
    if options.rerank is not None and options.rerank.enabled:
        raise schema_failure(
            "RERANKING_FEATURE_NOT_ENABLED", "Reranking is not enabled on this server."
        )


def _vector(call: Call, options: VectorOptions) -> JsonObject:
    service, dimension = None, options.dimension
    if dimension is not None and dimension > MAX_COLLECTION_DIMENSION:
        raise schema_failure(
            "VECTOR_SEARCH_TOO_BIG_VALUE",
            f"The dimension {dimension} is more than the {MAX_COLLECTION_DIMENSION} allowed.",
        )
    if options.service is not None:
        written = options.service.model_dump(by_alias=True, exclude_none=True)
        service, dimension = validated_service(call, written, dimension)
    if dimension is None:
        raise schema_failure(
            "INVALID_CREATE_COLLECTION_OPTIONS",
            "'createCollection' command option(s) invalid: "
            "the 'vector' option needs a dimension or a service.",
        )
    source_model = options.source_model or DEFAULT_SOURCE_MODEL
    vector: JsonObject = {
        "dimension": dimension,
        "metric": options.metric or metric_of(source_model),
        "sourceModel": source_model,
    }
    return vector if service is None else vector | {"service": service}
