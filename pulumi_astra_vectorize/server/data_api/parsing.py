"""From the bytes of a request to a checked request model (contract data-api.md, section 1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pulumi_astra_vectorize.server.data_api.commands import Command
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, limit_failure
from pulumi_astra_vectorize.server.data_api.request_json import TooDeepError, read_request
from pulumi_astra_vectorize.server.exact_json import dumps
from pulumi_astra_vectorize.server.exact_numbers import TooLongNumberError

WRONG_JSON_TYPE = frozenset(
    {
        "bool_type",
        "dict_type",
        "float_type",
        "int_from_float",
        "int_type",
        "list_type",
        "model_attributes_type",
        "model_type",
        "string_type",
    }
)
"""The validation errors that stand for a value of another JSON type than the member has."""

RequestT = TypeVar("RequestT", bound=Command)


@dataclass(frozen=True)
class Envelope:
    """The one command of a request: its name and its still unchecked value."""

    name: str
    value: JsonObject


def parse_envelope(body: bytes, vectors: Collection[str] = ()) -> Envelope:
    """Takes the command out of a request's body; ``vectors`` are the names of vectors in it.

    Raises the contract's failures for a body that is no JSON, empty, or not one command, and the
    vendor's for a number that is too long and for objects too deep in each other.
    """
    parsed = _parse_json(body, vectors) if body.strip() else None
    if parsed is None:
        raise value_invalid("command", "must not be null")
    if not isinstance(parsed, dict):
        raise structure_mismatch("the request must be a JSON object with one command")
    members = cast("JsonObject", parsed)
    if len(members) != 1:
        raise structure_mismatch(f"expected exactly one command, found {len(members)} members")
    ((name, value),) = members.items()
    if not isinstance(value, dict):
        raise structure_mismatch(f"the value of command '{name}' must be a JSON object")
    return Envelope(name, cast("JsonObject", value))


def parse_request(model: type[RequestT], value: JsonObject) -> RequestT:
    """Checks a command's value against its model; refusals carry the contract's codes."""
    try:
        return model.model_validate(value)
    except ValidationError as invalid:
        details = invalid.errors(include_url=False, include_context=False)
        raise _failure(model, min(details, key=_precedence)) from None


def value_invalid(field: str, problem: str) -> Failure:
    """COMMAND_FIELD_VALUE_INVALID for the member ``field``, as in ``command.documents``."""
    return Failure(
        "COMMAND_FIELD_VALUE_INVALID", f"Command field '{field}' value not valid: {problem}."
    )


def structure_mismatch(problem: str) -> Failure:
    """REQUEST_STRUCTURE_MISMATCH: JSON, but of another structure than the command's."""
    return Failure(
        "REQUEST_STRUCTURE_MISMATCH",
        f"Request is valid JSON but has a structural mismatch: {problem}.",
    )


def _parse_json(body: bytes, vectors: Collection[str]) -> object:
    try:
        parsed = read_request(body, vectors)
        if rb"\ud" in body.lower():  # escapes may stand for half a character, which has no UTF-8
            dumps(parsed).encode()
    except (TooLongNumberError, TooDeepError) as problem:
        raise limit_failure(str(problem)) from None
    except ValueError as problem:
        raise Failure(
            "REQUEST_NOT_JSON", f"Request not valid JSON, problem: {_first_line(problem)}."
        ) from None
    return parsed


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).splitlines()), type(problem).__name__)


def _precedence(error: ErrorDetails) -> int:
    """What the real server meets first: the parser's refusals, then the validator's."""
    return 0 if error["type"] == "extra_forbidden" or _is_wrong_json_type(error) else 1


def _is_wrong_json_type(error: ErrorDetails) -> bool:
    return error["type"] in WRONG_JSON_TYPE and error["input"] is not None


def _failure(model: type[Command], error: ErrorDetails) -> Failure:
    if error["type"] == "extra_forbidden":
        return model.unknown_member(error["loc"])
    field = model.field_name(error["loc"])
    if _is_wrong_json_type(error):
        return structure_mismatch(f"'{field}': {error['msg']}")
    return value_invalid(field, error["msg"].removeprefix("Value error, "))
