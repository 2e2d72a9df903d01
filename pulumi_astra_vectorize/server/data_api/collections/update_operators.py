"""The operators of an update clause, each on the value at one path of a document."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timezone
from decimal import Decimal, DecimalException
from typing import Final, TypeGuard, cast

from pulumi_astra_vectorize.server.data_api.collections.paths import (
    INDEX,
    MISSING,
    Path,
    child,
    find,
    split_path,
)
from pulumi_astra_vectorize.server.data_api.collections.values import (
    DATE,
    fingerprint,
    is_extended,
    order_key,
)
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    limit_failure,
    update_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import (
    is_array,
    is_integer,
    is_number,
    is_object,
)
from pulumi_astra_vectorize.server.exact_numbers import ARITHMETIC, exact, simplest

MAX_PADDING: Final = 1000
"""How far past an array's end an index may point: arrays have at most this many elements."""

Operator = Callable[[JsonObject, Path], None]
"""Changes the value at a path of a document, in place."""


def _set(_field: str, value: object) -> Operator:
    return lambda document, path: put(document, path, deepcopy(value))


def _unset(_field: str, _argument: object) -> Operator:
    return _remove


def _inc(field: str, amount: object) -> Operator:
    return _arithmetic("$inc", field, amount, ARITHMETIC.add)


def _mul(field: str, factor: object) -> Operator:
    return _arithmetic("$mul", field, factor, ARITHMETIC.multiply)


def _arithmetic(
    name: str,
    field: str,
    argument: object,
    combine: Callable[[int | Decimal, int | Decimal], Decimal],
) -> Operator:
    """With decimal numbers, as the vendor's BigDecimal: 0.1 and 0.2 are 0.3."""
    if not is_number(argument):
        raise bad_parameter(f"{name} requires a number")

    def apply(document: JsonObject, path: Path) -> None:
        old = find(document, path)
        if old is MISSING:
            old = 0
        if not is_number(old):
            raise bad_target(f"{name} requires a number at '{field}'")
        try:
            result = combine(exact(old), exact(argument))
        except DecimalException:
            raise limit_failure(f"the result of {name} at '{field}' is too long") from None
        whole = isinstance(old, int) and isinstance(argument, int)
        put(document, path, int(result) if whole else simplest(result))

    return apply


def _min(_field: str, value: object) -> Operator:
    return _replace_if(lambda old: order_key(value) < order_key(old), value)


def _max(_field: str, value: object) -> Operator:
    return _replace_if(lambda old: order_key(value) > order_key(old), value)


def _replace_if(is_beyond: Callable[[object], bool], value: object) -> Operator:
    def apply(document: JsonObject, path: Path) -> None:
        old = find(document, path)
        if old is MISSING or is_beyond(old):
            put(document, path, deepcopy(value))

    return apply


def _rename(field: str, target: object) -> Operator:
    if not isinstance(target, str) or target.startswith("$") or target == "_id":
        raise bad_parameter("$rename requires the name of a field to rename to")
    if target == field:
        raise bad_path(f"$rename requires two different names ('{field}')")
    try:
        target_path = split_path(target)
    except ValueError as problem:
        raise bad_path(str(problem)) from None

    def apply(document: JsonObject, path: Path) -> None:
        value = find(document, path)
        if value is MISSING:
            return
        for some in (path, target_path):
            if is_array(find(document, some[:-1])):
                raise bad_path(f"$rename does not take elements of arrays ('{'.'.join(some)}')")
        _remove(document, path)
        put(document, target_path, value)

    return apply


def _current_date(_field: str, argument: object) -> Operator:
    if argument is not True and argument != {"$type": "date"}:
        raise bad_parameter('$currentDate requires true or {"$type": "date"}')

    def apply(document: JsonObject, path: Path) -> None:
        milliseconds = int(datetime.now(timezone.utc).timestamp() * 1000)
        put(document, path, {DATE: milliseconds})

    return apply


def _pop(field: str, end: object) -> Operator:
    if not is_number(end) or end not in (1, -1):
        raise bad_parameter("$pop requires 1 (the last element) or -1 (the first)")

    def apply(document: JsonObject, path: Path) -> None:
        elements = find(document, path)
        if elements is MISSING:
            return
        if not is_array(elements):
            raise bad_target(f"$pop requires an array at '{field}'")
        if elements:
            elements.pop(-1 if end == 1 else 0)

    return apply


def _push(field: str, argument: object) -> Operator:
    added, position = _modifiers("$push", argument, ("$each", "$position"))

    def apply(document: JsonObject, path: Path) -> None:
        elements = _array_at(document, path, "$push", field)
        at = len(elements) if position is None else position
        elements[at:at] = deepcopy(added)

    return apply


def _add_to_set(field: str, argument: object) -> Operator:
    added, _ = _modifiers("$addToSet", argument, ("$each",))

    def apply(document: JsonObject, path: Path) -> None:
        elements = _array_at(document, path, "$addToSet", field)
        known = set(map(fingerprint, elements))
        for element in added:
            if fingerprint(element) not in known:
                known.add(fingerprint(element))
                elements.append(deepcopy(element))

    return apply


def _modifiers(
    name: str, argument: object, allowed: tuple[str, ...]
) -> tuple[list[object], int | None]:
    """The elements to add and where: a plain value is one element at the end."""
    if not _has_modifiers(argument):
        return [argument], None
    unknown = next((key for key in argument if key not in allowed), None)
    if unknown is not None:
        raise update_failure(
            "UNSUPPORTED_UPDATE_OPERATION_MODIFIER",
            f"{name} only takes the modifiers {', '.join(allowed)}, not '{unknown}'.",
        )
    each, position = argument.get("$each"), argument.get("$position")
    if not is_array(each):
        raise bad_parameter(f"{name} requires an array as $each")
    if "$position" in argument and not is_integer(position):
        raise bad_parameter(f"{name} requires a whole number as $position")
    return each, position


def _has_modifiers(argument: object) -> TypeGuard[JsonObject]:
    if not is_object(argument) or is_extended(argument):
        return False
    return any(name.startswith("$") for name in argument)


def _array_at(document: JsonObject, path: Path, name: str, field: str) -> list[object]:
    elements = find(document, path)
    if elements is MISSING:
        put(document, path, [])
        elements = find(document, path)
    if not is_array(elements):
        raise bad_target(f"{name} requires an array at '{field}'")
    return elements


def _remove(document: JsonObject, path: Path) -> None:
    parent = find(document, path[:-1])
    if is_object(parent):
        parent.pop(path[-1], None)
    elif is_array(parent) and child(parent, path[-1]) is not MISSING:
        parent[int(path[-1])] = None  # the other elements keep their indexes


def put(document: JsonObject, path: Path, value: object) -> None:
    """Gives a path of a document a value, making the objects on the way there.

    Raises UNSUPPORTED_UPDATE_OPERATION_PATH for a way through plain values.
    """
    parent: object = document
    for name in path[:-1]:
        inner = child(parent, name)
        if inner is MISSING:
            inner = cast("JsonObject", {})
            _assign(parent, name, inner, path)
        parent = inner
    _assign(parent, path[-1], value, path)


def _assign(parent: object, name: str, value: object, path: Path) -> None:
    if is_object(parent):
        parent[name] = value
    elif is_array(parent) and INDEX.fullmatch(name) and int(name) <= len(parent) + MAX_PADDING:
        parent.extend([None] * (int(name) + 1 - len(parent)))
        parent[int(name)] = value
    else:
        raise bad_path(
            f"cannot create field ('{name}') in path '{'.'.join(path)}'; "
            "only OBJECT nodes have properties"
        )


def bad_path(problem: str) -> Failure:
    """UNSUPPORTED_UPDATE_OPERATION_PATH: the path is ill-formed or leads through a plain value."""
    return update_failure(
        "UNSUPPORTED_UPDATE_OPERATION_PATH", f"Unsupported update operation path: {problem}."
    )


def bad_parameter(problem: str) -> Failure:
    """UNSUPPORTED_UPDATE_OPERATION_PARAM: the operator does not take that argument."""
    return update_failure(
        "UNSUPPORTED_UPDATE_OPERATION_PARAM", f"Unsupported update operation parameter: {problem}."
    )


def bad_target(problem: str) -> Failure:
    """UNSUPPORTED_UPDATE_OPERATION_TARGET: the operator does not apply to the value there."""
    return update_failure(
        "UNSUPPORTED_UPDATE_OPERATION_TARGET",
        f"Unsupported target JSON value for update operation: {problem}.",
    )


OPERATORS: Final[dict[str, Callable[[str, object], Operator]]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$inc": _inc,
    "$mul": _mul,
    "$min": _min,
    "$max": _max,
    "$rename": _rename,
    "$currentDate": _current_date,
    "$push": _push,
    "$pop": _pop,
    "$addToSet": _add_to_set,
}
"""What each operator needs: the field as written (for messages) and its argument, checked."""
