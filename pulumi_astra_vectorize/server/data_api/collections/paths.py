"""Dotted paths into documents: ``address.city``, ``tags.0``; ``&.`` is a dot inside a name."""

from __future__ import annotations

import re
from typing import Final

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object

Path = tuple[str, ...]

INDEX: Final = re.compile(r"0|[1-9][0-9]*")
"""A segment that may name an element of an array."""

_SEGMENT: Final = re.compile(r"(?:[^.&]|&[.&])+")


class Missing:
    """The type of ``MISSING``: what a path leads to where the document has nothing."""


MISSING: Final = Missing()


def split_path(path: str) -> Path:
    """The names of a dotted path, escapes undone; ValueError for an empty or ill-formed name."""
    segments: list[str] = []
    start = 0
    while True:
        found = _SEGMENT.match(path, start)
        if found is None:
            raise ValueError(f"empty segment or stray '&' in path '{path}'")
        segments.append(re.sub("&(.)", r"\1", found.group()))
        if found.end() == len(path):
            return tuple(segments)
        if path[found.end()] != ".":
            raise ValueError(f"stray '&' in path '{path}'")
        start = found.end() + 1


def find(document: JsonObject, path: Path) -> object:
    """The value at a path, or MISSING; elements of arrays are named by their index only."""
    value: object = document
    for name in path:
        value = child(value, name)
        if value is MISSING:
            return MISSING
    return value


def child(parent: object, name: str) -> object:
    """A member of an object or an element of an array, or MISSING."""
    if is_object(parent):
        return parent.get(name, MISSING)
    if is_array(parent) and INDEX.fullmatch(name):
        return parent[int(name)] if int(name) < len(parent) else MISSING
    return MISSING


def is_within(path: Path, ancestor: Path) -> bool:
    """Whether a path is the other one or leads into it."""
    return path[: len(ancestor)] == ancestor
