"""Collection: what a program may write, what a change of it means, and what is drift."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.resources._collection_definition import (
    CollectionInputs,
    actual,
    differences,
    options_of,
    wanted,
)
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.unknowns import UNKNOWN
from tests.unit.resource_cases import LIBRARY, Written, change, problems, without

COLLECTION = CollectionLifecycle()
MINILM = "sentence-transformers/all-MiniLM-L6-v2"
SERVICE: Written = {"provider": "huggingface", "model": MINILM, "token": "search-prod"}
WRITTEN: Written = {"database": "library", "name": "notes", "service": SERVICE}
AZURE: Written = {
    "provider": "azureOpenAI",
    "model": "text-embedding-3-small",
    "parameters": {"resourceName": "r", "deploymentId": "d"},
}
DEDICATED: Written = {
    "provider": "huggingfaceDedicated",
    "model": "endpoint-defined-model",
    "parameters": {"endpointName": "e", "regionName": "r", "cloudName": "c"},
}


def explained(**options: Any) -> Written:
    """The options of WRITTEN as findCollections explains them (data-api.md, section 5)."""
    service = {
        "provider": "huggingface",
        "modelName": MINILM,
        "authentication": {"providerKey": "search-prod.providerKey"},
    }
    vector = {"dimension": 384, "metric": "cosine", "sourceModel": "other", "service": service}
    off = {"enabled": False}
    return {"vector": vector, "lexical": off, "rerank": off, **options}


@pytest.mark.parametrize(
    "model",
    [
        MINILM,
        "intfloat/multilingual-e5-large",
        "intfloat/multilingual-e5-large-instruct",
        "BAAI/bge-small-en-v1.5",
        "BAAI/bge-base-en-v1.5",
        "BAAI/bge-large-en-v1.5",
    ],
)
def test_six_models_of_the_vendors_page(model: str) -> None:
    """Vendor's page, collections, step 8: the models of Hugging Face Serverless."""
    assert problems(COLLECTION, {**WRITTEN, "service": {**SERVICE, "model": model}}) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"service": AZURE, "dimension": 512},
        {"service": DEDICATED, "dimension": 1024},
        {"service": DEDICATED, "adopt": True},
        {"service": without(SERVICE, "token")},
        {"dimension": 384},
        {"indexing": {"deny": ["*"]}},
        {"indexing": {"allow": ["title", "author.name", "$vector"]}},
        {"default_id": "uuidv7", "metric": "dot_product", "source_model": "bert"},
        {"lexical": {"enabled": False}, "rerank": {"enabled": False}},
    ],
)
def test_definition_is_right(changes: Written) -> None:
    """Contract data-api.md, section 5: what createCollection takes."""
    assert problems(COLLECTION, {**WRITTEN, **changes}) == {}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"database": ""}, "database"),
        ({"name": "n" * 49}, "name"),
        ({"name": "заметки"}, "name"),
        ({"keyspace": "a-b"}, "keyspace"),
        ({"metric": "COSINE"}, "metric"),
        ({"source_model": "minilm"}, "source_model"),
        ({"default_id": "int"}, "default_id"),
        ({"indexing": {"deny": []}}, "indexing.deny"),
        ({"indexing": {"deny": ["a", ""]}}, "indexing.deny[1]"),
        ({"indexing": {"allow": ["$vectorize"]}}, "indexing.allow[0]"),
        ({"service": None, "dimension": 0}, "dimension"),
        ({"service": None, "dimension": 4097}, "dimension"),
        ({"dimension": 1024}, "dimension"),
        ({"dimension": "384"}, "dimension"),
        ({"service": DEDICATED}, "dimension"),
        ({"service": {**SERVICE, "provider": "nobody"}}, "service.provider"),
        ({"service": {**SERVICE, "model": "bert-base"}}, "service.model"),
        ({"service": {**SERVICE, "token": "search.prod"}}, "service.token"),
        (
            {"service": {"provider": "nvidia", "model": "NV-Embed-QA", "token": "t"}},
            "service.token",
        ),
        ({"service": without(SERVICE, "model")}, "service.model"),
        ({"service": {**SERVICE, "parameters": {"a": 1}}}, "service.parameters"),
        ({"service": without(AZURE, "parameters")}, "service.parameters"),
        (
            {"service": {**AZURE, "parameters": {"resourceName": 5, "deploymentId": "d"}}},
            "service.parameters",
        ),
        ({"indexing": {"allow": ["a"], "deny": ["b"]}}, "indexing"),
        ({"service": None, "metric": "cosine"}, "metric"),
        ({"service": None, "source_model": "other"}, "source_model"),
        ({"indexing": {}}, "indexing"),
        ({"indexing": {"only": ["a"]}}, "indexing"),
        ({"indexing": {"deny": ["a", "b", "a"]}}, "indexing.deny[2]"),
    ],
)
def test_problem_names_its_property(changes: Written, path: str) -> None:
    """Vendor's page, collections, step 8; contract data-api.md, section 5."""
    written = {**WRITTEN, **changes}

    assert set(problems(COLLECTION, {k: v for k, v in written.items() if v is not None})) == {path}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "none"),
        ({"database": "id-library"}, "none"),
        ({"keyspace": "default_keyspace"}, "none"),
        ({"metric": "cosine"}, "none"),
        ({"source_model": "other"}, "none"),
        ({"dimension": 384}, "none"),
        ({"indexing": {"allow": ["*"]}}, "none"),
        ({"indexing": {"deny": []}}, "none"),
        ({"service": {**SERVICE, "parameters": {}}}, "none"),
        ({"service": UNKNOWN, "metric": UNKNOWN, "dimension": UNKNOWN}, "none"),
        ({"adopt": True}, "update: adopt"),
        ({"force_destroy": True}, "update: force_destroy"),
        ({"metric": "dot_product"}, "replace (delete first): metric"),
        ({"source_model": "bert"}, "replace (delete first): metric, source_model"),
        (
            {"source_model": "bert", "metric": "cosine"},
            "replace (delete first): source_model",
        ),
        ({"indexing": {"deny": ["*"]}}, "replace (delete first): indexing"),
        ({"default_id": "uuid"}, "replace (delete first): default_id"),
        ({"lexical": {"enabled": True}}, "replace (delete first): lexical"),
        ({"rerank": {"enabled": True}}, "replace (delete first): rerank"),
        ({"service": {**SERVICE, "token": "other"}}, "replace (delete first): service"),
        ({"service": without(SERVICE, "token")}, "replace (delete first): service"),
        (
            {"service": {**SERVICE, "model": "BAAI/bge-base-en-v1.5"}},
            "replace (delete first): dimension, service",
        ),
        (
            {"service": {**SERVICE, "model": "BAAI/bge-small-en-v1.5"}},
            "replace (delete first): service",
        ),
        ({"database": "archive"}, "replace (create first): database"),
        ({"keyspace": "other"}, "replace (create first): keyspace"),
        ({"name": "remarks"}, "replace (create first): name"),
    ],
)
def test_change(changes: Written, step: str) -> None:
    """Vendor's page: the embedding method is fixed for life; written defaults are no change."""
    assert change(COLLECTION, WRITTEN, LIBRARY, {**WRITTEN, **changes}) == step


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ({"metric": "cosine", "dimension": 384}, {}, "none"),
        ({"metric": "euclidean"}, {}, "replace (delete first): metric"),
        ({"indexing": {"allow": ["a", "b"]}}, {"indexing": {"allow": ["b", "a"]}}, "none"),
        (
            {"indexing": {"allow": ["a"]}},
            {"indexing": {"deny": ["a"]}},
            "replace (delete first): indexing",
        ),
        ({"lexical": {"enabled": False}}, {}, "none"),
    ],
)
def test_change_back(before: Written, after: Written, step: str) -> None:
    """Leaving out what is the default is no change, and the order of paths is none."""
    assert change(COLLECTION, {**WRITTEN, **before}, LIBRARY, {**WRITTEN, **after}) == step


def test_service_taken_away_or_given_is_another_collection() -> None:
    """A collection with its own vectors is not one that embeds."""
    plain = {**without(WRITTEN, "service"), "dimension": 384}

    assert change(COLLECTION, WRITTEN, LIBRARY, plain) == "replace (delete first): service"
    assert change(COLLECTION, plain, LIBRARY, WRITTEN) == "replace (delete first): service"


def drift(written: Written, options: Written) -> set[str]:
    """The inputs that a refresh shows as changed."""
    return differences(wanted(CollectionInputs.model_validate(written)), actual(options))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"metric": "cosine", "source_model": "other", "dimension": 384},
        {"indexing": {"allow": ["*"]}},
        {"lexical": {"enabled": False}},
    ],
)
def test_what_the_server_fills_in_is_no_drift(changes: Written) -> None:
    """Dimension, metric, source model, `.providerKey`, lexical and rerank come by themselves."""
    assert drift({**WRITTEN, **changes}, explained()) == set()


VECTOR = explained()["vector"]


@pytest.mark.parametrize(
    ("options", "drifted"),
    [
        ({"vector": {**VECTOR, "metric": "euclidean"}}, {"metric"}),
        ({"vector": {**VECTOR, "sourceModel": "bert"}}, {"source_model"}),
        ({"vector": {**VECTOR, "dimension": 3}}, {"dimension"}),
        ({"vector": without(VECTOR, "service")}, {"service"}),
        (
            {"vector": {**VECTOR, "service": without(VECTOR["service"], "authentication")}},
            {"service"},
        ),
        ({"indexing": {"deny": ["*"]}}, {"indexing"}),
        ({"defaultId": {"type": "uuid"}}, {"default_id"}),
        ({"vector": None}, {"service", "dimension", "metric", "source_model"}),
    ],
)
def test_every_other_difference_is_drift(options: Written, drifted: set[str]) -> None:
    """Whoever recreated the collection differently is seen by a refresh."""
    assert drift(WRITTEN, explained(**options)) == drifted


@pytest.mark.parametrize(
    ("written", "metric", "drifted"),
    [
        ({"source_model": "bert"}, "dot_product", set[str]()),
        ({"source_model": "bert"}, "cosine", {"metric"}),
        ({"source_model": "bert", "metric": "cosine"}, "cosine", set[str]()),
    ],
)
def test_metric_follows_the_source_model(written: Written, metric: str, drifted: set[str]) -> None:
    """Where none is written, the Data API takes that of the model (its
    CreateCollectionCommandResolver): dot_product for every model that has a name."""
    there = explained(vector={**VECTOR, "metric": metric, "sourceModel": "bert"})
    assert drift({**WRITTEN, **written}, there) == drifted


def test_switched_on_feature_that_is_off_is_drift() -> None:
    """What was asked for and is not there is a difference; what was not asked for is none."""
    assert drift({**WRITTEN, "lexical": {"enabled": True}}, explained()) == {"lexical"}
    assert drift(WRITTEN, explained(lexical={"enabled": True, "analyzer": "standard"})) == set()


def test_paths_in_another_order_are_no_drift() -> None:
    """The server may list indexed paths as it likes."""
    there = explained(indexing={"allow": ["b", "a"]})

    assert drift({**WRITTEN, "indexing": {"allow": ["a", "b"]}}, there) == set()


def test_options_on_the_wire_are_what_was_written() -> None:
    """Contract data-api.md, section 5; the server's defaults stay the server's."""
    assert options_of(CollectionInputs.model_validate(WRITTEN)) == {
        "vector": {
            "service": {
                "provider": "huggingface",
                "modelName": MINILM,
                "authentication": {"providerKey": "search-prod"},
            }
        }
    }
    assert options_of(CollectionInputs(database="d", name="n", default_id="uuid")) == {
        "defaultId": {"type": "uuid"}
    }
