"""Update clauses: what they do to a document (``$set``, ``$unset``, ``$inc``, ...)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pulumi_astra_vectorize.server.data_api.collections.paths import Path, is_within, split_path
from pulumi_astra_vectorize.server.data_api.collections.update_operators import (
    OPERATORS,
    Operator,
    bad_path,
)
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, update_failure
from pulumi_astra_vectorize.server.data_api.json_types import is_object

WHOLE_FIELD_OPERATORS: Final = ("$set", "$setOnInsert", "$unset")
"""The operators that ``$vector`` and ``$vectorize`` take."""

NO_OPERATOR_CODES: Final = {
    "$vector": "UNSUPPORTED_UPDATE_OPERATOR_FOR_VECTOR",
    "$vectorize": "UNSUPPORTED_UPDATE_OPERATOR_FOR_VECTORIZE",
    "$lexical": "UNSUPPORTED_UPDATE_OPERATOR_FOR_LEXICAL",
}


@dataclass(frozen=True)
class Action:
    """One operator on one path, checked."""

    operator: str
    path: Path
    argument: object
    apply: Operator


@dataclass(frozen=True)
class Update:
    """A checked update clause."""

    actions: tuple[Action, ...]

    def assigned(self) -> JsonObject:
        """The whole fields that ``$set`` and ``$setOnInsert`` assign, with what they assign."""
        return {
            action.path[0]: action.argument
            for action in self.actions
            if action.operator in ("$set", "$setOnInsert") and len(action.path) == 1
        }

    def edited(self, document: JsonObject) -> JsonObject:
        """A stored document as the update leaves it; the one given stays as it is."""
        return self._applied(document, without="$setOnInsert")

    def inserted(self, seed: JsonObject) -> JsonObject:
        """The document that an upsert makes out of the filter's equalities."""
        return self._applied(seed)

    def _applied(self, document: JsonObject, without: str = "") -> JsonObject:
        updated = deepcopy(document)
        for action in self.actions:
            if action.operator != without:
                action.apply(updated, action.path)
        self._keep_vector_fields_together(document, updated)
        return updated

    def _keep_vector_fields_together(self, before: JsonObject, after: JsonObject) -> None:
        """A new ``$vector`` drops the text it does not belong to; a removed text its vector."""
        unset = {action.path for action in self.actions if action.operator == "$unset"}
        if ("$vectorize",) in unset:
            after.pop("$vector", None)
        if "$vector" in self.assigned() and after.get("$vector") != before.get("$vector"):
            after.pop("$vectorize", None)


def parse_update(clause: JsonObject) -> Update:
    """The update that a command's ``update`` member means; raises failures of scope UPDATE."""
    actions: list[Action] = []
    for name, arguments in clause.items():
        make = OPERATORS.get(name)
        if make is None:
            raise update_failure(
                "UNSUPPORTED_UPDATE_OPERATION", f"Unsupported update operator '{name}'."
            )
        if not is_object(arguments):
            raise update_failure(
                "UNSUPPORTED_UPDATE_DATA_TYPE", f"The value of '{name}' must be a JSON object."
            )
        for field, argument in arguments.items():
            path = _check_field(name, field)
            actions.append(Action(name, path, argument, make(field, argument)))
    _check_overlaps(actions)
    return Update(tuple(actions))


def _check_field(operator: str, field: str) -> Path:
    if field == "_id" and operator != "$setOnInsert":
        raise update_failure(
            "UNSUPPORTED_UPDATE_OPERATOR_FOR_DOC_ID", f"{operator} cannot be used on '_id'."
        )
    if field in NO_OPERATOR_CODES:
        if operator not in WHOLE_FIELD_OPERATORS:
            raise update_failure(
                NO_OPERATOR_CODES[field], f"{operator} cannot be used on '{field}'."
            )
        return (field,)
    if field.startswith("$"):
        raise update_failure(
            "UNSUPPORTED_UPDATE_OPERATION_MODIFIER",
            f"{operator} does not take the modifier '{field}' in place of a field.",
        )
    try:
        return split_path(field)
    except ValueError as problem:
        raise bad_path(str(problem)) from None


def _check_overlaps(actions: list[Action]) -> None:
    ordered = sorted(actions, key=lambda action: action.path)
    for one, other in pairwise(ordered):
        if is_within(other.path, one.path):
            raise update_failure(
                "UNSUPPORTED_UPDATE_OPERATION_PARAM",
                f"{one.operator} and {other.operator} must not refer to the same path or into it: "
                f"'{'.'.join(other.path)}'.",
            )
