"""The vendor's limits of what a document may have indexed: strings, arrays, members of objects."""

from __future__ import annotations

from typing import Final

from pulumi_astra_vectorize.server.data_api.collections.collection import VECTOR, VECTORIZE
from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing
from pulumi_astra_vectorize.server.data_api.collections.paths import Path
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, limit_failure
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object

MAX_STRING_BYTES: Final = 8000
MAX_ELEMENTS: Final = 1000
MAX_MEMBERS: Final = 1000
MAX_MEMBERS_IN_ALL: Final = 2000
"""Of the document and all objects in it together, as DocumentLimitsConfig has it."""


def check_indexed(document: JsonObject, indexing: Indexing) -> None:
    """Raises SHRED_DOC_LIMIT_VIOLATION for more than an index takes.

    ``$vector`` and ``$vectorize`` are members like others, and have limits of their own.
    """
    contents = {
        name: None if name in (VECTOR, VECTORIZE) else value for name, value in document.items()
    }
    if _members(contents, (), indexing) > MAX_MEMBERS_IN_ALL:
        raise limit_failure(f"the document has more than {MAX_MEMBERS_IN_ALL} indexed members")


def _members(value: object, path: Path, indexing: Indexing) -> int:
    """How many members are indexed of an object, and of those in it."""
    if is_object(value):
        names = indexing.reached(value, path)
        if len(names) > MAX_MEMBERS:
            where = f"the object '{path[-1]}'" if path else "the document"
            raise limit_failure(f"{where} has more than {MAX_MEMBERS} indexed members")
        return len(names) + sum(_members(value[name], (*path, name), indexing) for name in names)
    if is_array(value):
        if len(value) > MAX_ELEMENTS and indexing.covers(path):
            raise limit_failure(f"the array '{path[-1]}' has more than {MAX_ELEMENTS} elements")
        return sum(_members(element, path, indexing) for element in value)
    if isinstance(value, str):
        _check_string(value, path, indexing)
    return 0


def _check_string(value: str, path: Path, indexing: Indexing) -> None:
    if len(value.encode()) > MAX_STRING_BYTES and indexing.covers(path):
        raise limit_failure(
            f"the indexed string '{path[-1]}' is longer than {MAX_STRING_BYTES} bytes"
        )
