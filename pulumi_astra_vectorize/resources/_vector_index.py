"""The vector index of a column: what a user writes, and what the server lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject, member
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._values import mapping, text, vector_words


class VectorIndexDict(TypedDict, total=False):
    """The same as ``VectorIndex``, as a plain dictionary."""

    name: pulumi.Input[str]
    metric: pulumi.Input[rules.Metric]
    source_model: pulumi.Input[rules.SourceModel]


@dataclass(frozen=True)
class VectorIndex:
    """The index that makes a vector column searchable.

    Attributes:
        name: unique in the keyspace, 100 characters at most; TABLE_COLUMN_index if left out.
        metric: ``cosine`` (the default), ``dot_product`` (that of a ``source_model``) or
            ``euclidean``.
        source_model: the model that the index is tuned for; ``other`` if left out.
    """

    name: pulumi.Input[str] | None = None
    metric: pulumi.Input[rules.Metric] | None = None
    source_model: pulumi.Input[rules.SourceModel] | None = None


DEFAULT_INDEX = VectorIndex()


def index_input(index: VectorIndex | VectorIndexDict | None) -> Any:
    """What a program passed, as the resource's input property."""
    if not isinstance(index, VectorIndex):
        return index
    written = {"name": index.name, "metric": index.metric, "source_model": index.source_model}
    return {name: value for name, value in written.items() if value is not None}


def default_name(table: str, column: str) -> str:
    """What an index is called that was given no name."""
    return f"{table}_{column}_index"


class IndexInputs(life.Inputs):
    """The index as it stands in a resource's inputs."""

    name: str | None = None
    metric: str | None = None
    source_model: str | None = None

    def named(self, table: str, column: str) -> str:
        """The index's name, also where it was left out."""
        return self.name or default_name(table, column)

    def resolved(self, table: str, column: str) -> tuple[str, str | None, str]:
        """Name, metric and source model with their defaults; no metric where it is derived."""
        source_model = self.source_model or rules.DEFAULT_SOURCE_MODEL
        plain = source_model == rules.DEFAULT_SOURCE_MODEL
        metric = self.metric or (rules.DEFAULT_METRIC if plain else None)
        return self.named(table, column), metric, source_model

    def definition(self, column: str) -> JsonObject:
        """The ``definition`` of createVectorIndex: what was written, nothing else."""
        options = {"metric": self.metric, "sourceModel": self.source_model}
        written = {name: value for name, value in options.items() if value is not None}
        return {"column": column, "options": written}


@dataclass(frozen=True)
class IndexThere:
    """An index as listIndexes explains it."""

    name: str
    metric: str | None
    source_model: str | None

    def equals(self, wanted: IndexInputs, table: str, column: str) -> bool:
        """Whether it is what the program says; the server's defaults are no difference."""
        name, metric, source_model = wanted.resolved(table, column)
        return (
            self.name == name
            and metric in (None, self.metric or rules.DEFAULT_METRIC)
            and source_model == (self.source_model or rules.DEFAULT_SOURCE_MODEL)
        )

    def as_written(self) -> dict[str, str]:
        """In the words of the inputs."""
        written = {"name": self.name, "metric": self.metric, "source_model": self.source_model}
        return {name: value for name, value in written.items() if value is not None}


def vector_index_on(indexes: dict[str, JsonObject], column: str) -> IndexThere | None:
    """The vector index of a column, among all indexes of its table."""
    for name, index in indexes.items():
        if index["definition"].get("column") == column and index.get("indexType") == "vector":
            options = member(index["definition"], "options")
            return IndexThere(name, options.get("metric"), options.get("sourceModel"))
    return None


def index_problems(known: life.Properties) -> Iterator[Problem]:
    """What is wrong with ``index``, as far as it is known."""
    index = mapping(known, "index") or {}
    yield from vector_words(index, "index")
    index_name = text(index, "name")
    if index_name is not None and (wrong := _name_problem(index_name)):
        yield Problem("INVALID_NAME", ("index", "name"), wrong)
    yield from _unnamed(known)


def _unnamed(known: life.Properties) -> Iterator[Problem]:
    """A column may have a name that no index can: found before there is a column without one."""
    index, table, column = mapping(known, "index"), text(known, "table"), text(known, "name")
    if index is None or "name" in index or not table or not column or column.isspace():
        return
    if _name_problem(table) is None and (wrong := _name_problem(default_name(table, column))):
        yield Problem(
            "INVALID_NAME",
            ("index", "name"),
            f"{wrong}; this one is made of the table's and the column's: write another, "
            "`index=VectorIndex(name=...)`",
        )


def _name_problem(name: str) -> str | None:
    return rules.entity_name_problem("index", name, rules.MAX_INDEX_NAME)
