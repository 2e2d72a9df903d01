"""The definitions of indexes: what may be indexed, and with which options."""

from __future__ import annotations

from typing import Any

from pulumi_astra_vectorize.rules import (
    DEFAULT_SOURCE_MODEL,
    METRICS,
    SOURCE_MODELS,
    TEXT_TYPES,
    metric_of,
)
from pulumi_astra_vectorize.server.data_api.commands import Command
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, schema_failure
from pulumi_astra_vectorize.server.data_api.json_types import is_object
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filters import PARTS


class RegularOptions(Command):
    """``definition.options`` of createIndex: how text is analysed."""

    ascii: bool | None = None
    normalize: bool | None = None
    case_sensitive: bool | None = None


class RegularDefinition(Command):
    """``definition`` of createIndex; ``column`` is a name or a part of a map."""

    column: Any
    options: RegularOptions | None = None


class VectorOptions(Command):
    """``definition.options`` of createVectorIndex."""

    metric: str | None = None
    source_model: str | None = None


class VectorDefinition(Command):
    """``definition`` of createVectorIndex."""

    column: str
    options: VectorOptions | None = None


def regular_definition(table: Table, definition: RegularDefinition) -> JsonObject:
    """The index as listIndexes explains it; raises the failures of contract, section 7."""
    column, part = _column_and_part(definition.column)
    indexed = _indexed_type(table, column, part)
    options = _regular_options(table, column, indexed, definition.options)
    return {"column": {column: part} if part else column, "options": options}


def vector_definition(table: Table, definition: VectorDefinition) -> JsonObject:
    """The index as listIndexes explains it; raises the failures of contract, section 7."""
    column = definition.column
    if _existing(table, column)["type"] != "vector":
        raise _unsupported("UNSUPPORTED_VECTOR_INDEX_FOR_DATA_TYPES", table, column)
    options = _vector_options(definition.options or VectorOptions())
    return {"column": column, "options": options}


def _column_and_part(raw: object) -> tuple[str, str | None]:
    if isinstance(raw, str) and raw:
        return raw, None
    if is_object(raw) and len(raw) == 1:
        ((column, part),) = raw.items()
        if part in PARTS:
            return column, str(part)
    raise schema_failure(
        "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN",
        'An index is on "column", or on a part of a map: {"column": "$keys"} or "$values".',
    )


def _existing(table: Table, column: str) -> JsonObject:
    if column not in table.columns:
        raise schema_failure(
            "UNKNOWN_INDEX_COLUMN",
            f"The table {table.full_name} has the columns {table.described()}, not '{column}'.",
        )
    return table.columns[column]


def _indexed_type(table: Table, column: str, part: str | None) -> str:
    """The primitive type that the index holds, or ``entries`` for a whole map."""
    definition = _existing(table, column)
    kind: str = definition["type"]
    if kind == "vector":
        raise _unsupported("UNSUPPORTED_INDEXING_FOR_DATA_TYPES", table, column)
    if kind == "map":
        members = {"$keys": definition["keyType"], "$values": definition["valueType"]}
        return members[part] if part else "entries"
    if part:
        raise schema_failure(
            "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN", f"'{column}' is no map: it has no {part}."
        )
    indexed: str = definition.get("valueType", kind)
    return indexed


def _regular_options(
    table: Table, column: str, indexed: str, options: RegularOptions | None
) -> JsonObject:
    """How text is analysed, in full; other types have no options."""
    given = options.model_dump(by_alias=True, exclude_none=True) if options else {}
    if indexed in TEXT_TYPES:
        return {"ascii": False, "caseSensitive": True, "normalize": False, **given}
    if given and indexed == "entries":
        raise _unsupported("CANNOT_ANALYZE_ENTRIES_ON_MAP_COLUMNS", table, column)
    if given:
        raise _unsupported("UNSUPPORTED_TEXT_ANALYSIS_FOR_DATA_TYPES", table, column)
    return {}


def _unsupported(code: str, table: Table, column: str) -> Failure:
    return schema_failure(
        code,
        f"The table {table.full_name} has the columns {table.described()}. The index is not "
        f"supported on: {column}.",
    )


def _vector_options(options: VectorOptions) -> JsonObject:
    """Metric and source model as explained; the metric follows the model unless it is given."""
    model = options.source_model or DEFAULT_SOURCE_MODEL
    if model not in SOURCE_MODELS:
        raise _unknown("UNKNOWN_VECTOR_SOURCE_MODEL", model, SOURCE_MODELS)
    metric = options.metric or metric_of(model)
    if metric not in METRICS:
        raise _unknown("UNKNOWN_VECTOR_METRIC", metric, METRICS)
    return {"metric": metric, "sourceModel": model}


def _unknown(code: str, value: str, known: tuple[str, ...]) -> Failure:
    return schema_failure(code, f"'{value}' is not known: use one of {', '.join(known)}.")
