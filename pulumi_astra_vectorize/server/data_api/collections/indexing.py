"""What of a document a collection indexes: only that can be filtered and sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pulumi_astra_vectorize.server.data_api.collections.paths import Path, is_within, split_path
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, schema_failure

EVERYTHING: Final = "*"


@dataclass(frozen=True)
class Indexing:
    """``allow``: only these paths are indexed; ``deny``: all but these; None: no such list."""

    allow: tuple[Path, ...] | None = None
    deny: tuple[Path, ...] | None = None

    def covers(self, path: Path) -> bool:
        """Whether the value at a path is indexed."""
        if self.allow is not None:
            return any(is_within(path, allowed) for allowed in self.allow)
        return not any(is_within(path, denied) for denied in self.deny or ())

    def reached(self, names: Iterable[str], path: Path) -> list[str]:
        """Those members of the object at a path that are indexed, or a part of which is."""
        if self.allow is None and not self.deny:
            return list(names)
        return [name for name in names if self._reaches((*path, name))]

    def _reaches(self, path: Path) -> bool:
        leads_to = any(is_within(allowed, path) for allowed in self.allow or ())
        return leads_to or self.covers(path)


def parse_indexing(options: JsonObject | None) -> Indexing:
    """The indexing that a collection's ``indexing`` option stands for; it must be checked."""
    options = options or {}
    return Indexing(_paths(options.get("allow")), _paths(options.get("deny")))


def check_indexing(allow: list[str] | None, deny: list[str] | None) -> None:
    """Raises INVALID_INDEXING_DEFINITION as contract data-api.md, section 5 has it."""
    if (allow is None) == (deny is None):
        raise _invalid("exactly one of `allow` and `deny` must be given")
    listed = allow if allow is not None else deny
    if not listed:
        raise _invalid("the list of paths is empty")
    if len(set(listed)) != len(listed):
        raise _invalid("the list of paths contains duplicates")
    if listed != [EVERYTHING]:
        for path in listed:
            _check_path(path)


def _check_path(path: str) -> None:
    if path == "$vector":
        return
    if path.startswith("$"):
        raise _invalid(f"the path '{path}' starts with '$'")
    try:
        split_path(path)
    except ValueError as problem:
        raise _invalid(str(problem)) from None


def _paths(listed: list[str] | None) -> tuple[Path, ...] | None:
    if listed is None:
        return None
    if listed == [EVERYTHING]:
        return ((),)
    return tuple(split_path(path) for path in listed)


def _invalid(problem: str) -> Failure:
    return schema_failure(
        "INVALID_INDEXING_DEFINITION", f"'createCollection' indexing definition invalid: {problem}."
    )
