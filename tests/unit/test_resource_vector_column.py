"""VectorColumn: what a program may write, what a change of it means, and what is its index."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.resources._vector_index import IndexInputs, vector_index_on
from pulumi_astra_vectorize.resources.embedding_service import ServiceInputs, from_wire
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle
from pulumi_astra_vectorize.unknowns import UNKNOWN
from tests.unit.resource_cases import LIBRARY, Written, change, problems, without

COLUMN = VectorColumnLifecycle()
SERVICE: Written = {"provider": "huggingface", "model": "BAAI/bge-small-en-v1.5", "token": "search"}
WRITTEN: Written = {
    "database": "library",
    "table": "books",
    "table_generation": "generation-1",
    "name": "summary",
    "service": SERVICE,
    "index": {},
}
OUTPUTS: Written = {**LIBRARY, "effective_dimension": 384, "added": True}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dimension": 384},
        {"service": None, "dimension": 5000},
        {"index": None},
        {"index": {"name": "i" * 100, "metric": "euclidean", "source_model": "cohere-v3"}},
        {"name": "a-b", "index": None},
        {"name": "a-b", "index": {"name": "a_b"}},
        {"name": "a-b", "index": {"name": UNKNOWN}},
        {"name": "a-b", "index": UNKNOWN},
        {"name": "a-b", "table": UNKNOWN, "index": {"name": "a_b"}},
        {"name": "n" * 88},  # books_..._index: as long as an index's name may be
        {"service": UNKNOWN},
        {"service": None, "dimension": UNKNOWN},
        {"dimension": UNKNOWN, "index": UNKNOWN},
    ],
)
def test_column_is_right(changes: Written) -> None:
    """Contract data-api.md, section 7: no limit of 4096 here, any column name that is not blank."""
    written = {name: value for name, value in {**WRITTEN, **changes}.items() if value is not None}

    assert problems(COLUMN, written) == {}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"service": None}, "dimension"),
        ({"service": None, "dimension": 0}, "dimension"),
        ({"dimension": 1024}, "dimension"),
        ({"database": ""}, "database"),
        ({"table": "my-table"}, "table"),
        ({"keyspace": "k" * 49}, "keyspace"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "a-b"}, "index.name"),
        ({"name": "n" * 89}, "index.name"),
        ({"service": {**SERVICE, "model": "gpt-9"}}, "service.model"),
        ({"index": {"metric": "manhattan"}}, "index.metric"),
        ({"index": {"source_model": "minilm"}}, "index.source_model"),
        ({"index": {"name": "i" * 101}}, "index.name"),
        ({"index": {"name": "by-summary"}}, "index.name"),
        ({"index": {"options": {}}}, "index.options"),
    ],
)
def test_problem_names_its_property(changes: Written, path: str) -> None:
    """Vendor's page, tables; contract data-api.md, sections 2 and 7."""
    written = {name: value for name, value in {**WRITTEN, **changes}.items() if value is not None}

    assert set(problems(COLUMN, written)) == {path}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "none"),
        ({"database": "id-library"}, "none"),
        ({"keyspace": "default_keyspace"}, "none"),
        ({"dimension": 384}, "none"),
        ({"service": {**SERVICE, "parameters": {}}}, "none"),
        ({"index": {"metric": "cosine"}}, "none"),
        ({"index": {"source_model": "other"}}, "none"),
        ({"index": {"name": "books_summary_index", "metric": "cosine"}}, "none"),
        ({"table_generation": UNKNOWN, "service": UNKNOWN, "index": UNKNOWN}, "none"),
        ({"service": {**SERVICE, "token": "other"}}, "update: service"),
        ({"service": None, "dimension": 384}, "update: service"),
        ({"index": {"metric": "dot_product"}}, "update: index"),
        ({"index": {"source_model": "bert"}}, "update: index"),
        ({"index": {"name": "by_summary"}}, "update: index"),
        ({"index": None}, "update: index"),
        ({"table_generation": "generation-2"}, "update: table_generation"),
        ({"adopt": True}, "update: adopt"),
        ({"force_destroy": True}, "update: force_destroy"),
        ({"service": None, "dimension": 512}, "update: dimension, service"),
        (
            {"service": {**SERVICE, "model": "BAAI/bge-large-en-v1.5"}},
            "update: dimension, service",
        ),
        ({"table": "volumes"}, "replace (create first): table"),
        ({"name": "abstract"}, "replace (create first): name"),
        ({"keyspace": "other"}, "replace (create first): keyspace"),
        ({"database": "archive"}, "replace (create first): database"),
    ],
)
def test_change(changes: Written, step: str) -> None:
    """Service and index change in place; written defaults are no change.

    A changed dimension is no replacement: the name cannot come back with another type (contract
    data-api.md, section 7), so that the update refuses it before anything is dropped.
    """
    after = {name: value for name, value in {**WRITTEN, **changes}.items() if value is not None}

    assert change(COLUMN, WRITTEN, OUTPUTS, after) == step


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ({"metric": "cosine"}, {}, "none"),
        ({"metric": "euclidean"}, {}, "update: index"),
        (None, {}, "update: index"),
        ({"source_model": "ada002"}, {"source_model": "ada002"}, "none"),
        (
            {"source_model": "ada002", "metric": "dot_product"},
            {"source_model": "ada002"},
            "update: index",
        ),
    ],
)
def test_change_of_the_index_back(before: Any, after: Any, step: str) -> None:
    """Leaving out the default is no change; what the server derives cannot be known here."""
    old = {**without(WRITTEN, "index"), **({} if before is None else {"index": before})}

    assert change(COLUMN, old, OUTPUTS, {**WRITTEN, "index": after}) == step


def listed(**options: str) -> dict[str, Any]:
    """A table's indexes as listIndexes explains them (contract data-api.md, section 7)."""
    return {
        "by_title": {
            "name": "by_title",
            "definition": {"column": "title", "options": {"ascii": False}},
            "indexType": "regular",
        },
        "books_summary_index": {
            "name": "books_summary_index",
            "definition": {"column": "summary", "options": options},
            "indexType": "vector",
        },
    }


@pytest.mark.parametrize(
    ("written", "options", "equal"),
    [
        ({}, {"metric": "cosine", "sourceModel": "other"}, True),
        ({}, {"sourceModel": "other"}, True),
        ({}, {}, True),
        ({"name": "books_summary_index"}, {"metric": "cosine"}, True),
        ({"metric": "dot_product"}, {"metric": "dot_product", "sourceModel": "other"}, True),
        ({"source_model": "ada002"}, {"metric": "dot_product", "sourceModel": "ada002"}, True),
        ({"source_model": "ada002"}, {"sourceModel": "ada002"}, True),
        ({}, {"metric": "euclidean", "sourceModel": "other"}, False),
        ({}, {"metric": "cosine", "sourceModel": "bert"}, False),
        ({"metric": "cosine"}, {"metric": "euclidean"}, False),
        ({"source_model": "bert"}, {"metric": "cosine", "sourceModel": "other"}, False),
        ({"name": "by_summary"}, {"metric": "cosine"}, False),
    ],
)
def test_index_there_is_the_one_that_was_written(
    written: Written, options: dict[str, str], *, equal: bool
) -> None:
    """The server's defaults are no difference, and a metric may come from the source model."""
    there = vector_index_on(listed(**options), "summary")

    assert there is not None
    assert there.equals(IndexInputs.model_validate(written), "books", "summary") is equal


def test_index_of_another_column_or_kind_is_none_of_ours() -> None:
    """Only a vector index on the column itself counts."""
    assert vector_index_on(listed(), "title") is None
    assert vector_index_on(listed(), "abstract") is None


def test_service_on_the_wire_and_back() -> None:
    """Contract credentials.md: the suffix that the Data API adds is no part of the name."""
    service = ServiceInputs.model_validate(SERVICE)
    wire = service.to_wire()

    assert wire == {
        "provider": "huggingface",
        "modelName": "BAAI/bge-small-en-v1.5",
        "authentication": {"providerKey": "search"},
    }
    reported = {**wire, "authentication": {"providerKey": "search.providerKey"}, "parameters": None}
    assert from_wire(reported) == service.as_user_wrote()
    assert from_wire(None) is None
