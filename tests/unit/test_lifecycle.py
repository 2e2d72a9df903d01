"""What all resources share: validation that finds everything at once, and names it as written."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._collection_definition import CollectionInputs
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.resources.table import TableLifecycle

COLLECTION = CollectionLifecycle()
TABLE = TableLifecycle()


def found(lifecycle: life.Lifecycle[Any, Any], properties: dict[str, Any]) -> dict[str, str]:
    """The reason for each property that has a problem."""
    return {p.property: p.reason for p in life.validate(lifecycle, properties, "local")}


def test_all_problems_are_found_at_once() -> None:
    """Names, types, choices, the model, a member too many: one check answers them all."""
    properties = {
        "database": "",
        "keyspace": "not-a-word",
        "name": "n" * 49,
        "service": {"provider": "huggingface", "model": "gpt-9", "token": "-bad-", "color": "red"},
        "metric": "manhattan",
        "source_model": "none",
        "default_id": "serial",
        "dimension": 0,
        "indexing": {"allow": ["a", "a"], "deny": ["b"]},
        "force_destroy": "yes",
        "colour": "red",
    }

    assert set(found(COLLECTION, properties)) == {
        "database",
        "keyspace",
        "name",
        "service.model",
        "service.token",
        "service.color",
        "metric",
        "source_model",
        "default_id",
        "dimension",
        "indexing",
        "indexing.allow[1]",
        "force_destroy",
        "colour",
    }


def test_missing_properties_are_named() -> None:
    """What has to be written and is not is a problem of that property."""
    assert found(COLLECTION, {}) == {"database": "Field required", "name": "Field required"}
    assert "service.model" in found(
        COLLECTION, {"database": "d", "name": "n", "service": {"provider": "huggingface"}}
    )


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"primary_key": 5}, "primary_key"),
        ({"primary_key": {"partition_sort": {}}}, "primary_key.partition_by"),
        ({"primary_key": {"partition_by": ["id", 5]}}, "primary_key.partition_by[1]"),
        ({"primary_key": {"partition_by": ["id"], "sort": 1}}, "primary_key.sort"),
        ({"columns": {"id": "text", "n": 5}}, "columns.n"),
    ],
)
def test_problem_of_a_choice_of_shapes_is_named_as_written(
    properties: dict[str, Any], path: str
) -> None:
    """A property that may have two shapes is named by the program's words, not by our models'."""
    table = {"database": "d", "name": "t", "columns": {"id": "text"}, "primary_key": "id"}

    assert path in found(TABLE, {**table, **properties})
    assert not [name for name in found(TABLE, {**table, **properties}) if "PrimaryKey" in name]
    assert not [name for name in found(TABLE, {**table, **properties}) if "str" in name]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (("name",), "name"),
        (("databases", 1), "databases[1]"),
        (("service", "model"), "service.model"),
        (("indexing", "allow", 0), "indexing.allow[0]"),
        (("columns", "a.b"), 'columns["a.b"]'),
    ],
)
def test_path_of_a_problem_is_written_as_pulumi_writes_it(
    path: tuple[str | int, ...], shown: str
) -> None:
    """Members by dots, positions in brackets, names that are no words in quotes."""
    assert Problem("WRONG_TYPE", path, "wrong").property == shown


def test_validation_errors_never_show_values() -> None:
    """An error of a model names the field; the value may be a secret."""
    with pytest.raises(ValidationError) as caught:
        CollectionInputs.model_validate({"database": ["hf_secret_value"], "name": "n"})

    assert "hf_secret_value" not in str(caught.value)


def test_rewritten_inputs_keep_what_was_not_written_unwritten() -> None:
    """Drift changes the properties it names; None takes one back; the rest stays as it was."""
    inputs = CollectionInputs(database="d", name="n", metric="cosine", dimension=3)

    changed = life.rewritten(inputs, {"metric": "euclidean", "dimension": None})

    assert changed.model_dump(exclude_unset=True) == {
        "database": "d",
        "name": "n",
        "metric": "euclidean",
    }
