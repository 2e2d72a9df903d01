"""What a preview cannot know yet: the value that stands for it, and how it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


class Unknown:
    """The value of a property that preview cannot know yet. There is one: ``UNKNOWN``."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = Unknown()


def contains_unknown(value: object) -> bool:
    """Whether a value, or anything in it, is not known yet."""
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in cast("Mapping[str, Any]", value).values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in cast("list[object]", value))
    return isinstance(value, Unknown)


def known_part(value: object) -> object:
    """A value with None for what is unknown in it: written names and positions stay visible."""
    if isinstance(value, Mapping):
        return {k: known_part(v) for k, v in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [known_part(item) for item in cast("list[object]", value)]
    return None if isinstance(value, Unknown) else value


def assume_unchanged(new: object, old: object) -> object:
    """New inputs with each unknown read as "what it was": the unknown is never a change."""
    if isinstance(new, Mapping):
        before = cast("Mapping[str, Any]", old if isinstance(old, Mapping) else {})
        merged = {
            k: assume_unchanged(v, before.get(k)) for k, v in cast("Mapping[str, Any]", new).items()
        }
        return {name: value for name, value in merged.items() if value is not None}
    if isinstance(new, list):
        before_items = cast("list[object]", old) if isinstance(old, list) else []
        return _assume_items_unchanged(cast("list[object]", new), before_items)
    return old if isinstance(new, Unknown) else new


def _assume_items_unchanged(new: list[object], old: list[object]) -> list[object]:
    """An unknown item stands for an old one that the list does not name otherwise."""
    unnamed = iter([item for item in old if item not in new])
    assumed = [next(unnamed, None) if contains_unknown(item) else item for item in new]
    return [item for item in assumed if item is not None]
