"""From a filter clause on the wire to a filter, refusing what the Data API refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeGuard

from pulumi_astra_vectorize.server.data_api.collections.filters import (
    ID,
    OPERATORS,
    Condition,
    DocumentFilter,
)
from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing
from pulumi_astra_vectorize.server.data_api.collections.paths import Path, split_path
from pulumi_astra_vectorize.server.data_api.collections.values import (
    COMPARABLE_RANKS,
    EXTENDED_TYPES,
    extended_problem,
    is_extended,
    order_key,
)
from pulumi_astra_vectorize.server.data_api.envelope import (
    JsonObject,
    filter_failure,
    schema_failure,
)
from pulumi_astra_vectorize.server.data_api.filters import RELATIONS, Group, invalid_filter
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_integer, is_object

MAX_CONDITIONS: Final = 64
MAX_LISTED_VALUES: Final = 100
"""How many values ``$in`` and ``$nin`` take."""

VECTOR_FIELDS: Final = ("$vector", "$vectorize")


def parse_filter(clause: object, indexing: Indexing) -> DocumentFilter:
    """The filter that a command's ``filter`` member means; an absent one matches everything.

    Raises failures of scope FILTER for what the Data API does not take, a path that the
    collection does not index among it.
    """
    if clause is None:
        return Group("and", ())
    if not is_object(clause):
        raise filter_failure("FILTER_UNSUPPORTED_DATA_TYPE", "A filter must be a JSON object.")
    group = Group("and", tuple(_members(clause)))
    _check_ids(group)
    conditions = list(group.conditions())
    if len(conditions) > MAX_CONDITIONS:
        raise filter_failure(
            "FILTER_FIELDS_LIMIT_VIOLATION",
            f"The filter has {len(conditions)} fields, more than the {MAX_CONDITIONS} allowed.",
        )
    for condition in conditions:
        _check_indexed(condition, indexing)
    return group


def _members(clause: JsonObject) -> Iterator[Condition | DocumentFilter]:
    for name, value in clause.items():
        if name == "$not" and is_object(value):
            yield Group("and", tuple(_members(value))).inverted()
        elif name in RELATIONS and is_array(value):
            yield _group(name, value)
        elif is_array(value):
            raise invalid_filter(f"cannot filter on '{name}' by an array without an operator")
        else:
            yield from _conditions(name, value)


def _group(operator: str, clauses: list[object]) -> DocumentFilter:
    members: list[Condition | DocumentFilter] = []
    for clause in clauses:
        if not is_object(clause):
            raise filter_failure(
                "FILTER_UNSUPPORTED_DATA_TYPE", f"The elements of '{operator}' must be objects."
            )
        members.append(Group("and", tuple(_members(clause))))
    return Group(RELATIONS[operator], tuple(members))


def _conditions(name: str, value: object) -> Iterator[Condition]:
    if not _has_operators(value):
        yield _condition(name, "$eq", value)
        return
    for operator, operand in value.items():
        if operator not in OPERATORS:
            raise filter_failure(
                "FILTER_UNSUPPORTED_OPERATOR", f"Unsupported filter operator '{operator}'."
            )
        yield _condition(name, operator, operand)


def _has_operators(value: object) -> TypeGuard[JsonObject]:
    first = next(iter(value), "") if is_object(value) else ""
    return first.startswith("$") and first not in EXTENDED_TYPES


def _condition(name: str, operator: str, operand: object) -> Condition:
    path = _path(name, operator)
    _check_wrapped(operand)
    problem = _OPERAND_PROBLEMS.get(operator, _no_problem)(operand)
    if problem is not None:
        raise invalid_filter(f"{operator} operator {problem}")
    return Condition(path, operator, operand)


def _path(name: str, operator: str) -> Path:
    if name in VECTOR_FIELDS:
        if operator != "$exists":
            raise invalid_filter(f"cannot filter on '{name}': only $exists is supported")
        return (name,)
    if name == "$lexical":
        raise schema_failure(
            "LEXICAL_NOT_ENABLED_FOR_COLLECTION", "The collection has no lexical search."
        )
    if name.startswith("$"):
        raise invalid_filter(f"filter expression path ('{name}') cannot start with '$'")
    try:
        return split_path(name)
    except ValueError as problem:
        raise invalid_filter(f"filter expression path ('{name}') is not valid: {problem}") from None


def _check_wrapped(operand: object) -> None:
    if is_array(operand):
        for element in operand:
            _check_wrapped(element)
    elif is_extended(operand):
        problem = extended_problem(operand)
        if problem is not None:
            raise invalid_filter(problem)
    elif is_object(operand):
        for name, member in operand.items():
            if name.startswith("$"):
                raise invalid_filter(f"invalid use of {name} operator")
            _check_wrapped(member)


def _no_problem(_operand: object) -> str | None:
    return None


def _list_problem(operand: object) -> str | None:
    if not is_array(operand):
        return "must have an ARRAY value"
    if len(operand) > MAX_LISTED_VALUES:
        return f"must have at most {MAX_LISTED_VALUES} values"
    return None


def _all_problem(operand: object) -> str | None:
    return None if is_array(operand) and operand else "must have a non-empty ARRAY value"


def _size_problem(operand: object) -> str | None:
    if is_integer(operand) and operand >= 0:
        return None
    if isinstance(operand, float) and operand >= 0 and operand.is_integer():
        return None
    return "must have an integer value >= 0"


def _exists_problem(operand: object) -> str | None:
    return None if isinstance(operand, bool) else "must have a BOOLEAN value"


def _range_problem(operand: object) -> str | None:
    rank, _ = order_key(operand)
    return None if rank in COMPARABLE_RANKS else "must have a DATE, NUMBER, TEXT or BOOLEAN value"


_OPERAND_PROBLEMS: Final[dict[str, Callable[[object], str | None]]] = {
    "$in": _list_problem,
    "$nin": _list_problem,
    "$all": _all_problem,
    "$size": _size_problem,
    "$exists": _exists_problem,
    **dict.fromkeys(("$gt", "$gte", "$lt", "$lte"), _range_problem),
}


def _check_ids(group: DocumentFilter) -> None:
    equalities = [it for it in group.conditions() if it.path == ID and it.operator == "$eq"]
    if len(equalities) > 1:
        raise filter_failure(
            "FILTER_MULTIPLE_ID_FILTER", "Only one '_id' equality is possible: use $in instead."
        )
    for member in _groups(group):
        if member.relation == "or" and any(it.path == ID for it in member.conditions()):
            raise invalid_filter("'_id' cannot be used within $or")


def _groups(group: DocumentFilter) -> Iterator[DocumentFilter]:
    yield group
    for member in group.members:
        if isinstance(member, Group):
            yield from _groups(member)


def _check_indexed(condition: Condition, indexing: Indexing) -> None:
    if condition.path[0] in VECTOR_FIELDS or indexing.covers(condition.path):
        return
    if condition.path == ID:
        if condition.operator in ("$eq", "$in"):
            return
        raise filter_failure(
            "FILTER_ID_NOT_INDEXED",
            f"'_id' is not indexed: only $eq and $in are possible, not {condition.operator}.",
        )
    raise filter_failure(
        "FILTER_PATH_UNINDEXED", f"The path '{'.'.join(condition.path)}' is not indexed."
    )
