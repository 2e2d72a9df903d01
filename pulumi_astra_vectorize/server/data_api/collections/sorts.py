"""Sort clauses of collections: by fields, by a vector, or by a text to be vectorized."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing
from pulumi_astra_vectorize.server.data_api.collections.paths import Path, find, split_path
from pulumi_astra_vectorize.server.data_api.collections.values import order_key
from pulumi_astra_vectorize.server.data_api.collections.vector_values import parse_vector
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    schema_failure,
    sort_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import is_object
from pulumi_astra_vectorize.server.data_api.records import Stored


@dataclass(frozen=True)
class FieldSort:
    """Sorts by fields, the first one first."""

    fields: tuple[tuple[Path, bool], ...]
    """Each a path and whether it descends."""

    def arrange(self, records: list[Stored]) -> list[Stored]:
        """The records in the order asked for; equal ones stay in the order of their insertion."""
        for path, descending in reversed(self.fields):
            records = sorted(
                records, key=lambda it: order_key(find(it.body, path)), reverse=descending
            )
        return records


@dataclass(frozen=True)
class VectorSort:
    """Sorts by similarity to a vector."""

    vector: list[float]


@dataclass(frozen=True)
class TextSort:
    """Sorts by similarity to the vector that the collection's service makes of a text."""

    text: str


Sort = FieldSort | VectorSort | TextSort | None


def parse_sort(clause: object, indexing: Indexing) -> Sort:
    """The sort that a command's ``sort`` member means; None for an absent or empty one.

    Raises failures of scope SORT (contract data-api.md, section 6).
    """
    if clause is None or clause == {}:
        return None
    if not is_object(clause):
        raise sort_failure("SORT_CLAUSE_INVALID", "A sort clause must be a JSON object.")
    if "$lexical" in clause or "$hybrid" in clause:
        raise schema_failure(
            "LEXICAL_NOT_ENABLED_FOR_COLLECTION", "The collection has no lexical search."
        )
    if "$vector" in clause or "$vectorize" in clause:
        return _parse_vector_sort(clause)
    return FieldSort(
        tuple(_parse_field(name, direction, indexing) for name, direction in clause.items())
    )


def _parse_vector_sort(clause: JsonObject) -> VectorSort | TextSort:
    if len(clause) > 1:
        raise sort_failure(
            "SORT_CLAUSE_INVALID",
            "A sort by '$vector' or '$vectorize' cannot be combined with another member.",
        )
    if "$vector" in clause:
        return VectorSort(parse_vector(clause["$vector"]))
    text = clause["$vectorize"]
    if not isinstance(text, str) or not text.strip():
        raise _bad_value("$vectorize", "must be a string that is not blank")
    return TextSort(text)


def _parse_field(name: str, direction: object, indexing: Indexing) -> tuple[Path, bool]:
    if name.startswith("$"):
        raise _bad_path(name, "a path cannot start with '$'")
    try:
        path = split_path(name)
    except ValueError as problem:
        raise _bad_path(name, str(problem)) from None
    if isinstance(direction, bool) or direction not in (1, -1):
        raise _bad_value(name, "the ordering can only be 1 (ascending) or -1 (descending)")
    if not indexing.covers(path):
        raise sort_failure(
            "SORT_CLAUSE_PATH_UNINDEXED", f"The field '{name}' is not indexed: cannot sort by it."
        )
    return path, direction == -1


def _bad_path(name: str, problem: str) -> Failure:
    return sort_failure(
        "SORT_CLAUSE_PATH_INVALID", f"Path '{name}' used in sort clause not valid: {problem}."
    )


def _bad_value(name: str, problem: str) -> Failure:
    return sort_failure(
        "SORT_CLAUSE_VALUE_INVALID",
        f"Value used for sort expression on path '{name}' not valid: {problem}.",
    )
