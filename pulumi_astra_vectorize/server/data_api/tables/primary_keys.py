"""Primary keys: the two forms of their definition, and the keys of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from pulumi_astra_vectorize.rules import NOT_IN_KEYS
from pulumi_astra_vectorize.server.data_api.commands import Command
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    invalid_query,
    schema_failure,
)
from pulumi_astra_vectorize.server.data_api.tables.values import canonical


class PrimaryKey(Command):
    """The long form of a primary key."""

    partition_by: list[str] = Field(default_factory=list[str])
    partition_sort: dict[str, Literal[1, -1]] | None = None


def parse_primary_key(
    raw: object, columns: Mapping[str, JsonObject]
) -> tuple[tuple[str, ...], dict[str, int]]:
    """``partitionBy`` and ``partitionSort``, from a string or an object.

    Raises the failures of contract data-api.md, section 7.
    """
    key = _long_form(raw)
    partition_sort: dict[str, int] = {**(key.partition_sort or {})}
    if not key.partition_by:
        raise schema_failure(
            "MISSING_PARTITION_COLUMNS", "A table is partitioned by at least one column."
        )
    names = [*key.partition_by, *partition_sort]
    if len(set(names)) != len(names):
        raise _incorrect("a column stands in it twice")
    _refuse_unknown("UNKNOWN_PARTITION_COLUMNS", key.partition_by, columns)
    _refuse_unknown("UNKNOWN_PARTITION_SORT_COLUMNS", partition_sort, columns)
    _refuse_types(names, columns)
    return tuple(key.partition_by), partition_sort


def _long_form(raw: object) -> PrimaryKey:
    try:
        return PrimaryKey.model_validate({"partitionBy": [raw]} if isinstance(raw, str) else raw)
    except ValidationError:
        raise _incorrect(
            "it is a column's name, or an object of partitionBy (a list of columns) and "
            "partitionSort (1 or -1 by column)"
        ) from None


def _incorrect(problem: str) -> Failure:
    return schema_failure(
        "PRIMARY_KEY_DEFINITION_INCORRECT", f"The primary key is not correct: {problem}."
    )


def _refuse_unknown(code: str, names: Iterable[str], columns: Mapping[str, JsonObject]) -> None:
    unknown = [name for name in names if name not in columns]
    if unknown:
        raise schema_failure(
            code,
            f"The table has the columns {', '.join(columns)}; the primary key also names "
            f"{', '.join(unknown)}.",
        )


def _refuse_types(names: list[str], columns: Mapping[str, JsonObject]) -> None:
    refused = [name for name in names if columns[name]["type"] in NOT_IN_KEYS]
    if refused:
        raise invalid_query(
            f"The types of {', '.join(refused)} are not allowed in a primary key.", ok0=True
        )


def record_key(values: list[Any]) -> str:
    """The store's key of the row with these primary key values."""
    return canonical(values)
