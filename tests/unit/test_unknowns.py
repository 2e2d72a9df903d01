"""What preview cannot know yet is neither a problem nor a change, and never a crash."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.resources._table_definition import TableInputs
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.resources.table import TableLifecycle
from pulumi_astra_vectorize.resources.token_scope import TokenScopeLifecycle
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle
from pulumi_astra_vectorize.unknowns import UNKNOWN, assume_unchanged, contains_unknown, known_part

TABLE = TableLifecycle()

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
complete = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
"""Values as they arrive from Pulumi: an absent property is not there, rather than None."""


SERVICE = {
    "provider": "azureOpenAI",
    "model": "text-embedding-3-small",
    "token": "search",
    "parameters": {"resourceName": "r", "deploymentId": "d"},
}
EXAMPLES: list[tuple[life.Lifecycle[Any, Any], dict[str, Any], dict[str, Any]]] = [
    (
        CollectionLifecycle(),
        {
            "database": "library",
            "keyspace": "ks",
            "name": "notes",
            "service": SERVICE,
            "dimension": 512,
            "metric": "dot_product",
            "source_model": "openai-v3-small",
            "indexing": {"allow": ["title", "author"]},
            "default_id": "uuid",
            "lexical": {"enabled": False},
            "adopt": True,
        },
        {"database_id": "id-1", "database_name": "library"},
    ),
    (
        TABLE,
        {
            "database": "library",
            "name": "books",
            "columns": {
                "id": "text",
                "year": "int",
                "tags": {"type": "map", "key_type": "text", "value_type": "text"},
            },
            "primary_key": {"partition_by": ["id"], "partition_sort": [{"year": -1}]},
        },
        {"database_id": "id-1", "database_name": "library", "generation": "g1"},
    ),
    (
        VectorColumnLifecycle(),
        {
            "database": "library",
            "table": "books",
            "table_generation": "g1",
            "name": "summary",
            "dimension": 512,
            "service": SERVICE,
            "index": {"name": "by_summary", "metric": "cosine", "source_model": "other"},
            "force_destroy": True,
        },
        {"database_id": "id-1", "database_name": "library", "effective_dimension": 512},
    ),
    (
        TokenScopeLifecycle(),
        {
            "integration": "huggingface",
            "token": "search",
            "generation": "g1",
            "databases": ["library", "archive"],
            "exclusive": True,
        },
        {"scoped_databases": [{"written": "library", "id": "id-1", "name": "library"}]},
    ),
]


def with_unknowns(draw: st.DrawFn, value: Any) -> Any:
    """The value, with parts at any depth not known yet."""
    if draw(st.integers(0, 3)) == 0:
        return UNKNOWN
    if isinstance(value, dict):
        return {k: with_unknowns(draw, v) for k, v in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [with_unknowns(draw, item) for item in cast("list[Any]", value)]
    return value


@st.composite
def half_known(draw: st.DrawFn) -> tuple[life.Lifecycle[Any, Any], life.State[Any, Any], Any]:
    """A resource, its state, and the same properties with random parts unknown."""
    lifecycle, properties, outputs = draw(st.sampled_from(EXAMPLES))
    state = life.State(
        lifecycle.inputs_type.model_validate(properties),
        lifecycle.outputs_type.model_validate(outputs),
    )
    return lifecycle, state, {k: with_unknowns(draw, v) for k, v in properties.items()}


@given(half_known())
def test_unknowns_are_never_a_problem(case: tuple[Any, Any, dict[str, Any]]) -> None:
    """What is right when it is known is no problem while parts of it are not."""
    lifecycle, _, properties = case

    assert life.validate(lifecycle, properties, "local") == []


@given(half_known())
def test_unknowns_are_never_a_change(case: tuple[Any, Any, dict[str, Any]]) -> None:
    """The same properties with parts unknown neither update nor replace, and never crash."""
    lifecycle, state, properties = case

    change = lifecycle.diff(state, life.assumed_inputs(lifecycle, properties, state.inputs))

    assert change.replaces == frozenset()
    assert change.updates == frozenset()


@pytest.mark.parametrize(("lifecycle", "properties", "outputs"), EXAMPLES)
def test_unknown_where_nothing_was_written_before_never_crashes(
    lifecycle: life.Lifecycle[Any, Any], properties: dict[str, Any], outputs: dict[str, Any]
) -> None:
    """An object whose parts are unknown may be new: it cannot be compared yet."""
    required = {n for n, f in lifecycle.inputs_type.model_fields.items() if f.is_required()}
    small = lifecycle.inputs_type.model_validate(
        {name: value for name, value in properties.items() if name in required}
    )
    state = life.State(small, lifecycle.outputs_type.model_validate(outputs))
    news = {
        name: dict.fromkeys(cast("dict[str, Any]", value), UNKNOWN)
        if isinstance(value, dict)
        else UNKNOWN
        for name, value in properties.items()
    }

    assert lifecycle.diff(state, life.assumed_inputs(lifecycle, news, small)) is not None


def test_key_of_another_shape_that_is_unknown_is_no_change() -> None:
    """A primary key that was one name and is now an object of unknowns cannot be compared."""
    written = {"database": "d", "name": "t", "columns": {"id": "text"}, "primary_key": "id"}
    old = TableInputs.model_validate(written)

    new = life.assumed_inputs(TABLE, {**written, "primary_key": {"partition_by": UNKNOWN}}, old)

    assert new == old


@given(complete, json_values)
def test_what_is_known_is_taken_as_it_is(new: object, old: object) -> None:
    """Without unknowns the old value does not matter."""
    assert assume_unchanged(new, old) == new


@given(complete)
def test_wholly_unknown_means_what_it_was(old: object) -> None:
    """An unknown is read as the value before."""
    assert assume_unchanged(UNKNOWN, old) == old


@given(st.data(), st.dictionaries(st.text(), complete))
def test_unknown_members_mean_what_they_were(data: st.DataObject, old: dict[str, object]) -> None:
    """Whatever members are unknown: the object is the one before."""
    unknown = data.draw(st.sets(st.sampled_from([*old, ""])))
    new = {name: UNKNOWN if name in unknown else value for name, value in old.items()}

    assert assume_unchanged(new, old) == old


@given(st.lists(st.text(), unique=True), st.data())
def test_unknown_items_mean_the_items_that_are_not_named(
    old: list[str], data: st.DataObject
) -> None:
    """Whatever items are unknown: the list holds what it held."""
    unknown = data.draw(st.lists(st.booleans(), min_size=len(old), max_size=len(old)))
    new = [UNKNOWN if hidden else item for item, hidden in zip(old, unknown, strict=True)]

    assert assume_unchanged(new, old) == old


def test_known_additions_beside_unknowns_are_seen() -> None:
    """An unknown hides nothing that is known: an item that is new is new."""
    assert assume_unchanged(["new", UNKNOWN], ["old"]) == ["new", "old"]
    assert assume_unchanged(["old", UNKNOWN], ["old"]) == ["old"]


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        (UNKNOWN, True),
        ({"a": [{"b": UNKNOWN}]}, True),
        ({"a": [{"b": None}]}, False),
        ("unknown", False),
        ([], False),
    ],
)
def test_unknowns_are_seen_at_any_depth(value: object, *, unknown: bool) -> None:
    """An object or list with an unknown in it is not known as a whole."""
    assert contains_unknown(value) is unknown


def test_known_part_keeps_places() -> None:
    """None stands for what is unknown, so that positions and written names stay visible."""
    assert known_part({"a": UNKNOWN, "b": [UNKNOWN, "x"], "c": {"d": UNKNOWN}}) == {
        "a": None,
        "b": [None, "x"],
        "c": {"d": None},
    }


def test_unknown_shows_itself_in_messages() -> None:
    """Whoever prints it sees what it is."""
    assert repr(UNKNOWN) == "<unknown>"
