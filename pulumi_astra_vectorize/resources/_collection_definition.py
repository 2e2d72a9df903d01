"""A collection's definition: as written, as the server has it, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject, member
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._place import PlacedInputs
from pulumi_astra_vectorize.resources._values import choice, listed, mapping, vector_words
from pulumi_astra_vectorize.resources.embedding_service import (
    ServiceInputs,
    default_dimension,
    from_wire,
)

Definition = Mapping[str, Any]
"""Settings by the name of their input; None where the server decides, or the thing is off."""

FIXED = frozenset(
    {
        "service",
        "dimension",
        "metric",
        "source_model",
        "indexing",
        "default_id",
        "lexical",
        "rerank",
    }
)
"""What a collection keeps for life: the vendor's page says it of the embedding method."""

LEFT_TO_THE_SERVER = frozenset({"dimension", "lexical", "rerank"})
"""Not written is no wish: the server's own choice is never a difference."""


class CollectionInputs(PlacedInputs):
    """What a user writes."""

    name: str
    service: ServiceInputs | None = None
    dimension: int | None = None
    metric: str | None = None
    source_model: str | None = None
    indexing: dict[str, list[str]] | None = None
    default_id: str | None = None
    lexical: dict[str, Any] | None = None
    rerank: dict[str, Any] | None = None
    on_change: rules.OnChange = "replace"
    adopt: bool = False
    force_destroy: bool = False

    @property
    def has_vectors(self) -> bool:
        """Whether the collection is vector-enabled."""
        return self.service is not None or self.dimension is not None


def wanted(inputs: CollectionInputs) -> Definition:
    """What the program asks for, defaults resolved."""
    vectors = inputs.has_vectors
    source_model = inputs.source_model or rules.DEFAULT_SOURCE_MODEL
    return {
        "service": inputs.service.as_user_wrote() if inputs.service else None,
        "dimension": inputs.dimension or default_dimension(inputs.service),
        "metric": inputs.metric or rules.metric_of(source_model) if vectors else None,
        "source_model": source_model if vectors else None,
        "indexing": _indexing(inputs.indexing),
        "default_id": inputs.default_id,
        "lexical": inputs.lexical,
        "rerank": inputs.rerank,
    }


def actual(options: JsonObject) -> Definition:
    """What findCollections explains, in the words of the inputs."""
    vector = member(options, "vector")
    found = {
        "service": from_wire(vector.get("service")),
        "dimension": vector.get("dimension"),
        "metric": vector.get("metric"),
        "source_model": vector.get("sourceModel"),
        "indexing": _indexing(options.get("indexing")),
        "default_id": member(options, "defaultId").get("type"),
        "lexical": options.get("lexical"),
        "rerank": options.get("rerank"),
    }
    return {name: value for name, value in found.items() if value is not None}


def differences(desired: Definition, there: Definition) -> set[str]:
    """The settings that differ; what was left to the server is no difference."""
    return {name for name in FIXED if _differs(name, desired.get(name), there.get(name))}


def options_of(inputs: CollectionInputs) -> JsonObject:
    """The ``options`` of createCollection: what was written, nothing else."""
    vector = {
        "dimension": inputs.dimension,
        "metric": inputs.metric,
        "sourceModel": inputs.source_model,
        "service": inputs.service.to_wire() if inputs.service else None,
    }
    options: JsonObject = {
        "vector": {k: v for k, v in vector.items() if v is not None},
        "indexing": inputs.indexing,
        "defaultId": {"type": inputs.default_id} if inputs.default_id else None,
        "lexical": inputs.lexical,
        "rerank": inputs.rerank,
    }
    return {name: value for name, value in options.items() if value}


def definition_problems(known: life.Properties) -> Iterator[Problem]:
    """What is wrong with the metric, dimension, id type and indexing, as far as known."""
    yield from vector_words(known)
    yield from choice(known, "default_id", "id type", rules.ID_TYPES)
    for name in {"metric", "source_model"} & known.keys():
        if not {"service", "dimension"} & known.keys():
            yield Problem(
                "CONTRADICTORY_INPUTS",
                (name,),
                "a collection without service and dimension has no vectors",
            )
    dimension = known.get("dimension")
    if isinstance(dimension, int) and not 0 < dimension <= rules.MAX_COLLECTION_DIMENSION:
        limit = rules.MAX_COLLECTION_DIMENSION
        yield Problem(
            "INVALID_DIMENSION", ("dimension",), f"a dimension is 1 to {limit}, not {dimension}"
        )
    yield from _indexing_problems(known)


def _indexing_problems(known: life.Properties) -> Iterator[Problem]:
    indexing = mapping(known, "indexing")
    if indexing is None:
        return
    if len(indexing) != 1 or not set(indexing) <= {"allow", "deny"}:
        yield Problem(
            "INVALID_INDEXING",
            ("indexing",),
            "write either `allow` or `deny`, with a list of paths",
        )
    for way in indexing:
        if listed(indexing, way) == []:
            yield Problem(
                "INVALID_INDEXING", ("indexing", way), "no path: leave `indexing` out to index all"
            )
        for position, path in enumerate(listed(indexing, way) or []):
            if isinstance(path, str) and (wrong := rules.indexed_path_problem(path)):
                yield Problem("INVALID_INDEXING", ("indexing", way, position), wrong)
        for position, wrong in rules.duplicate_problems(listed(indexing, way) or []):
            yield Problem("DUPLICATE_ITEM", ("indexing", way, position), wrong)


def _indexing(indexing: Mapping[str, Any] | None) -> dict[str, list[str]] | None:
    """Paths in one order; "everything is indexed" is the same as saying nothing."""
    if not indexing or indexing.get("allow") == ["*"] or indexing.get("deny") == []:
        return None
    return {way: sorted(paths) for way, paths in indexing.items() if paths}


def _differs(name: str, desired: Any, there: Any) -> bool:
    if desired is None and name in LEFT_TO_THE_SERVER:
        return False
    if name in LEFT_TO_THE_SERVER and isinstance(desired, Mapping):
        settings = cast("JsonObject", desired)
        found = cast("JsonObject", there if isinstance(there, Mapping) else {})
        return any(found.get(setting) != value for setting, value in settings.items())
    return bool(desired != there)
