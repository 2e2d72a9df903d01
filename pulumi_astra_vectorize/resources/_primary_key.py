"""A table's primary key: as written, as it stands in the state, and as the server explains it.

The order of the sort columns is part of the key, and the engine keeps no order of a mapping's keys:
between program and provider, each column is a mapping of its own in a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict, cast

import pulumi
from pydantic import BeforeValidator

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.resources._values import mapping


class PrimaryKeyDict(TypedDict, total=False):
    """A primary key of several columns; order 1 is ascending, -1 descending."""

    partition_by: pulumi.Input[Sequence[pulumi.Input[str]]]
    partition_sort: pulumi.Input[Mapping[str, pulumi.Input[int]]]


def _one_by_one(sort: Any) -> Any:
    """Each sort column by itself; what has another shape is for the model to refuse."""
    if isinstance(sort, pulumi.Output):
        return cast("pulumi.Output[Any]", sort).apply(_one_by_one)
    if not isinstance(sort, Mapping):
        return sort
    return [{name: order} for name, order in cast("Mapping[str, Any]", sort).items()]


def primary_key_input(key: Any) -> Any:
    """What a program passed, as the resource's input property."""
    if isinstance(key, pulumi.Output):
        return cast("pulumi.Output[Any]", key).apply(primary_key_input)
    if not isinstance(key, Mapping):
        return key
    parts = cast("Mapping[str, Any]", key)
    return {name: _one_by_one(it) if name == "partition_sort" else it for name, it in parts.items()}


class PrimaryKey(life.Inputs):
    """A primary key of several columns; order 1 is ascending, -1 descending."""

    partition_by: list[str]
    partition_sort: Annotated[list[dict[str, int]], BeforeValidator(_one_by_one)] = []

    @property
    def on_the_wire(self) -> JsonObject:
        """The ``primaryKey`` of createTable, whose ``partitionSort`` is in order."""
        sort = {name: order for column in self.partition_sort for name, order in column.items()}
        return {"partitionBy": self.partition_by, "partitionSort": sort}


def key_there(definition: JsonObject) -> PrimaryKey:
    """The primary key of an explained definition."""
    key = definition["primaryKey"]
    return PrimaryKey(
        partition_by=key["partitionBy"], partition_sort=key.get("partitionSort") or []
    )


def sort_columns(key: life.Properties) -> list[tuple[str, Any]]:
    """Name and order of the sort columns of a raw key, as far as they are known."""
    columns = _one_by_one(mapping(key, "partition_sort") or key.get("partition_sort") or [])
    described = cast("list[Any]", columns) if isinstance(columns, list) else []
    return [
        pair
        for column in described
        if isinstance(column, Mapping)
        for pair in cast("Mapping[str, Any]", column).items()
    ]
