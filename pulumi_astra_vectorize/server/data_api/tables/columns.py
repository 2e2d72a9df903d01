"""Column definitions as clients write them, in their short and long forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pulumi_astra_vectorize.server.data_api.collections.definitions import Service
from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    schema_failure,
    unexpected_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import is_object
from pulumi_astra_vectorize.server.data_api.parsing import parse_request, structure_mismatch
from pulumi_astra_vectorize.server.data_api.tables.scalars import PARSERS
from pulumi_astra_vectorize.server.data_api.vectorize import validated_service

MEMBERS = frozenset({"type", "keyType", "valueType", "udtName", "dimension", "service"})
READ_ONLY_TYPES = frozenset({"counter", "timeuuid"})
"""Known to the API, but no table can be created with them."""
SUPPORTED = ", ".join(sorted(PARSERS))

RefuseType = Callable[[str], Failure]
"""What a command says to a type that exists but that it cannot create."""


def parse_columns(
    call: Call, columns: dict[str, Any], refuse_type: RefuseType
) -> dict[str, JsonObject]:
    """The definitions as the store keeps them; vectors have their dimension and full service.

    Asks whether the services' credentials are valid for the database, so it must run outside a
    transaction. Raises the failures of contract data-api.md, section 7.
    """
    return {_named(name): _parse_column(call, raw, refuse_type) for name, raw in columns.items()}


def _named(name: str) -> str:
    """A column's name: any but a blank one, over which the real server falls (section 2)."""
    if not name.strip():
        raise unexpected_failure("The name of a column is blank.")
    return name


def refuse_in_new_table(type_name: str) -> Failure:
    """UNSUPPORTED_DATA_TYPE_TABLE_CREATION."""
    return schema_failure(
        "UNSUPPORTED_DATA_TYPE_TABLE_CREATION",
        f"Tables cannot be created with the data type {type_name}. Supported are: {SUPPORTED}.",
    )


def refuse_in_existing_table(type_name: str) -> Failure:
    """CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS."""
    return schema_failure(
        "CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS",
        f"Columns of the data type {type_name} cannot be added. Supported are: {SUPPORTED}.",
    )


def _parse_column(call: Call, raw: object, refuse_type: RefuseType) -> JsonObject:
    if isinstance(raw, str):
        return {"type": _primitive(raw, "UNKNOWN_PRIMITIVE_DATA_TYPE", refuse_type)}
    if not is_object(raw) or not isinstance(raw.get("type"), str):
        raise schema_failure(
            "COLUMN_TYPE_INCORRECT",
            "A column is a type's name or an object with the member 'type'.",
        )
    _refuse_unknown_members(raw)
    return _parse_long_form(call, raw, refuse_type)


def _parse_long_form(call: Call, column: JsonObject, refuse_type: RefuseType) -> JsonObject:
    kind: str = column["type"]
    if kind == "vector":
        return _vector(call, column)
    if kind in {"list", "set"}:
        return {"type": kind, "valueType": _inner(kind, column.get("valueType"))}
    if kind == "map":
        value = _inner(kind, column.get("valueType"))
        return {"type": kind, "keyType": _map_key(column.get("keyType")), "valueType": value}
    if kind == "userDefined":
        raise _unknown_user_defined_type(column.get("udtName"))
    return {"type": _primitive(kind, "UNKNOWN_DATA_TYPE", refuse_type)}


def _refuse_unknown_members(column: JsonObject) -> None:
    unknown = sorted(column.keys() - MEMBERS)
    if unknown:
        raise Failure(
            "COMMAND_FIELD_UNKNOWN", f"Column definitions have no member {', '.join(unknown)}."
        )


def _primitive(name: str, code: str, refuse_type: RefuseType) -> str:
    if name in READ_ONLY_TYPES:
        raise refuse_type(name)
    if name not in PARSERS:
        raise schema_failure(code, f"Unknown data type: {name}. Supported are: {SUPPORTED}.")
    return name


def _inner(kind: str, raw: object) -> str:
    """The type of a list's, set's or map's values: a primitive one, in either form."""
    name = _inner_name(raw)
    if name not in PARSERS:
        raise schema_failure(
            f"UNSUPPORTED_{kind.upper()}_DEFINITION",
            f"A {kind} cannot have values of the type {name}. Supported are: {SUPPORTED}.",
        )
    return name


def _map_key(raw: object) -> str:
    name = _inner_name(raw)
    if name not in PARSERS or name == "duration":
        raise schema_failure(
            "UNSUPPORTED_MAP_DEFINITION", f"A map cannot have keys of the type {name}."
        )
    return name


def _inner_name(raw: object) -> str:
    name = raw.get("type") if is_object(raw) else raw
    return name if isinstance(name, str) else "[MISSING]"


def _unknown_user_defined_type(name: object) -> Failure:
    if not isinstance(name, str) or not name:
        return schema_failure(
            "INVALID_USER_DEFINED_TYPE_NAME", "The 'udtName' of a user defined type is missing."
        )
    return schema_failure(
        "UNKNOWN_USER_DEFINED_TYPE", f"The user defined type '{name}' does not exist.", ok0=True
    )


def _vector(call: Call, column: JsonObject) -> JsonObject:
    dimension = _dimension(column.get("dimension"))
    service = column.get("service")
    if service is not None:
        stored, dimension = validated_service(call, parse_service(service), dimension)
        return {"type": "vector", "dimension": dimension, "service": stored}
    if dimension is None:
        raise schema_failure(
            "MISSING_DIMENSION_IN_VECTOR_COLUMN",
            "A vector column without an embedding service needs a dimension.",
        )
    return {"type": "vector", "dimension": dimension}


def _dimension(raw: object) -> int | None:
    """A whole number above zero, also as text; absent when null or blank."""
    text = "" if raw is None else str(raw).strip()
    if not text:
        return None
    if not re.fullmatch(r"\+?\d{1,9}", text) or int(text) == 0:
        raise schema_failure(
            "UNSUPPORTED_VECTOR_DIMENSION",
            f"A vector's dimension is a whole number above zero, not {text}.",
        )
    return int(text)


def parse_service(raw: object) -> JsonObject:
    """The members of a service as ``validated_service`` takes them."""
    if not is_object(raw):
        raise structure_mismatch("'service' must be a JSON object")
    return parse_request(Service, raw).model_dump(by_alias=True, exclude_none=True)
