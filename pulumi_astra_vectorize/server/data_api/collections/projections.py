"""Projections: which members of a document a reply shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn, cast

from pulumi_astra_vectorize.server.data_api.collections.paths import Path, split_path
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject
from pulumi_astra_vectorize.server.data_api.json_types import (
    is_array,
    is_integer,
    is_number,
    is_object,
)

SPECIAL_FIELDS: Final = ("_id", "$vector", "$vectorize")
"""Shown or left out each for itself: ``_id`` unless excluded, the others only if included."""

Slicer = Callable[[list[object]], list[object]]


@dataclass
class Layer:
    """The part of a projection below one name; ``ends`` where a path of the projection ends."""

    members: dict[str, Layer] = field(default_factory=dict[str, "Layer"])
    ends: bool = False
    slicer: Slicer | None = None

    def reach(self, path: Path) -> Layer:
        """The layer at a path, made on the way; refuses a path inside another one."""
        layer = self
        for name in path:
            if layer.ends:
                _refuse(f"the path '{'.'.join(path)}' lies inside another path")
            layer = layer.members.setdefault(name, Layer())
        if layer.members or layer.ends:
            _refuse(f"the path '{'.'.join(path)}' collides with another path")
        layer.ends = True
        return layer


@dataclass(frozen=True)
class Projection:
    """``inclusion``: only what the layers name is shown; otherwise all but that."""

    root: Layer
    inclusion: bool

    def shows(self, name: str) -> bool:
        """Whether a top-level field such as ``$vector`` is shown (if the document has it)."""
        named = name in self.root.members
        return named is self.inclusion or (named and self.root.members[name].slicer is not None)

    def apply(self, document: JsonObject) -> JsonObject:
        """The part of a document that is shown; the document itself stays as it is."""
        return cast("JsonObject", self._apply(document, self.root))

    def _apply(self, value: object, layer: Layer) -> object:
        if is_object(value):
            shown = ((name, member, layer.members.get(name)) for name, member in value.items())
            return dict(self._members(shown))
        if is_array(value):
            return [
                self._apply(element, layer)
                for element in value
                if not self.inclusion or is_object(element) or is_array(element)
            ]
        return value

    def _members(
        self, members: Iterator[tuple[str, object, Layer | None]]
    ) -> Iterator[tuple[str, object]]:
        for name, member, layer in members:
            if layer is None:
                if not self.inclusion:
                    yield name, member
            elif layer.slicer is not None:
                yield name, layer.slicer(member) if is_array(member) else member
            elif layer.ends:
                if self.inclusion:
                    yield name, member
            elif is_object(member) or is_array(member):
                yield name, self._apply(member, layer)
            elif not self.inclusion:
                yield name, member


WHOLE: Final = Projection(Layer(), inclusion=False)
"""Every field, the vectors too: ``{"*": 1}``."""

NOTHING: Final = Projection(Layer(), inclusion=True)
"""No field at all: ``{"*": 0}``."""


def parse_projection(definition: object) -> Projection:
    """The projection that a command's ``projection`` member means.

    The default leaves out ``$vector`` and ``$vectorize`` (contract data-api.md, section 6).
    Raises UNSUPPORTED_PROJECTION_PARAM, or UNSUPPORTED_PROJECTION_DEFINITION for what is no object.
    """
    if definition is None:
        definition = {}
    if not is_object(definition):
        raise Failure(
            "UNSUPPORTED_PROJECTION_DEFINITION",
            "A projection must be a JSON object.",
            scope="PROJECTION",
        )
    if list(definition) == ["*"]:
        return WHOLE if _switch("*", definition["*"]) else NOTHING
    return _Collector().collect(definition)


@dataclass
class _Collector:
    switches: dict[str, bool] = field(default_factory=dict[str, bool])
    special: dict[str, bool] = field(default_factory=dict[str, bool])
    slices: dict[str, Slicer] = field(default_factory=dict[str, Slicer])

    def collect(self, definition: JsonObject) -> Projection:
        self._collect(definition, "")
        if len(set(self.switches.values())) > 1:
            _refuse("fields can be either included or excluded, not both")
        inclusion = any(self.switches.values())
        root = Layer()
        for path in self.switches:
            root.reach(_path(path))
        for path, slicer in self.slices.items():
            root.reach(_path(path)).slicer = slicer
        for name in SPECIAL_FIELDS:
            if self.special.get(name, name == "_id") is inclusion:
                root.reach((name,))
        return Projection(root, inclusion)

    def _collect(self, definition: JsonObject, parent: str) -> None:
        for name, value in definition.items():
            path = f"{parent}.{name}" if parent else name
            if name == "*":
                _refuse("the wildcard '*' is only allowed as the only path")
            elif name in SPECIAL_FIELDS and not parent:
                self.special[name] = _switch(name, value)
            elif name == "$slice" and parent:
                self.slices[parent] = _slicer(parent, value)
            elif name.startswith("$"):
                _refuse(f"'{path}' is not a field and no operator but $slice is supported")
            elif is_object(value):
                self._collect(value, path)
            else:
                self.switches[path] = _switch(path, value)


def _path(path: str) -> Path:
    try:
        return split_path(path)
    except ValueError as problem:
        _refuse(str(problem))


def _switch(path: str, value: object) -> bool:
    if isinstance(value, bool) or is_number(value):
        return bool(value)
    return _refuse(f"the value of '{path}' must be a NUMBER, BOOLEAN or OBJECT")


def _slicer(path: str, arguments: object) -> Slicer:
    if is_integer(arguments):
        count = arguments
        return lambda elements: elements[:count] if count >= 0 else elements[count:]
    if is_array(arguments) and len(arguments) == 2:
        skip, amount = arguments
        if is_integer(skip) and is_integer(amount) and amount >= 0:
            return lambda elements: elements[_start(skip, elements) :][:amount]
    return _refuse(f"$slice of '{path}' takes a number, or a number to skip and one to return")


def _start(skip: int, elements: list[object]) -> int:
    return skip if skip >= 0 else max(0, len(elements) + skip)


def _refuse(problem: str) -> NoReturn:
    raise Failure(
        "UNSUPPORTED_PROJECTION_PARAM",
        f"Unsupported projection parameter: {problem}.",
        scope="PROJECTION",
    )
