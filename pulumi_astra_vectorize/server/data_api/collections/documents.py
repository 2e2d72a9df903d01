"""What a document must be to go into a collection (contract data-api.md, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_astra_vectorize.server.data_api.collections.collection import (
    VECTOR,
    VECTORIZE,
    Collection,
)
from pulumi_astra_vectorize.server.data_api.collections.document_ids import (
    key_of,
    new_document_id,
)
from pulumi_astra_vectorize.server.data_api.collections.indexed_limits import check_indexed
from pulumi_astra_vectorize.server.data_api.collections.values import (
    extended_problem,
    is_extended,
)
from pulumi_astra_vectorize.server.data_api.collections.vector_values import parse_vector
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    document_failure,
    limit_failure,
    schema_failure,
)
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.records import Draft
from pulumi_astra_vectorize.server.exact_json import dumps

MAX_DOCUMENT_CHARACTERS: Final = 4_000_000
MAX_DEPTH: Final = 16
MAX_PATH_CHARACTERS: Final = 1000
"""The vendor's limits of documents; ``indexed_limits`` has those of what is indexed."""


@dataclass(frozen=True)
class Content:
    """A document taken apart: its ``_id``, the body to store, and its vector if it has one."""

    id: object
    key: str
    body: JsonObject
    vector: list[float] | None

    def draft(self) -> Draft:
        """The record to insert."""
        return Draft(self.key, self.body, {} if self.vector is None else {VECTOR: self.vector})


def with_id(document: JsonObject, collection: Collection) -> JsonObject:
    """The document with its ``_id`` in the first place, a new one if it has none."""
    document_id = document["_id"] if "_id" in document else new_document_id(collection.id_type)
    return {"_id": document_id, **document}


def text_to_embed(document: JsonObject) -> str | None:
    """The text in ``$vectorize``; None for null and for blank text, which get no vector.

    Raises INVALID_VECTORIZE_VALUE_TYPE for anything but a string.
    """
    text = document.get(VECTORIZE)
    if text is None:
        return None
    if not isinstance(text, str):
        raise document_failure(
            "INVALID_VECTORIZE_VALUE_TYPE", "Invalid $vectorize value: it must be a string."
        )
    return text if text.strip() else None


def check_vector_fields(document: JsonObject, collection: Collection, place: str) -> None:
    """Refuses the combinations of ``$vector`` and ``$vectorize`` that refuse a whole command.

    ``place`` says in messages which document it is.
    """
    if VECTORIZE in document:
        collection.require_service()
        if VECTOR in document:
            raise schema_failure(
                "INVALID_USAGE_OF_VECTORIZE",
                f"`$vectorize` and `$vector` can't be used together: {place}.",
            )
    if VECTOR in document:
        collection.require_vectors()


def take_apart(
    document: JsonObject, collection: Collection, embedded: list[float] | None
) -> Content:
    """Checks a document that has its ``_id``; ``embedded`` is the vector of its ``$vectorize``.

    Raises the SHRED_... failures of the contract and INVALID_VECTOR_LENGTH.
    """
    key = key_of(document["_id"])
    body = {name: value for name, value in document.items() if name != VECTOR}
    _check_names(body)
    if len(dumps(body)) > MAX_DOCUMENT_CHARACTERS:
        raise limit_failure(f"the document is longer than {MAX_DOCUMENT_CHARACTERS} characters")
    check_indexed(document, collection.indexing)
    vector = embedded
    if document.get(VECTOR) is not None:
        vector = parse_vector(document[VECTOR])
        collection.check_vector(vector)
    return Content(document["_id"], key, body, vector)


def already_exists(document_id: object) -> Failure:
    """DOCUMENT_ALREADY_EXISTS for an ``_id`` that is taken."""
    return document_failure(
        "DOCUMENT_ALREADY_EXISTS",
        f"Cannot insert the document: a document already exists with given '_id' ({document_id}).",
    )


def _check_names(body: JsonObject) -> None:
    for name, value in body.items():
        if name in ("_id", VECTORIZE):
            continue
        _check_name(name, 0)
        _check_value(value, 2, len(name))


def _check_value(value: object, depth: int, path_characters: int) -> None:
    if is_extended(value):
        problem = extended_problem(value)
        if problem is not None:
            raise document_failure("SHRED_BAD_EJSON_VALUE", f"Bad JSON Extension value: {problem}.")
        return
    if (is_object(value) or is_array(value)) and depth > MAX_DEPTH:
        raise limit_failure(f"the document is deeper than {MAX_DEPTH} levels")
    if is_object(value):
        for name, member in value.items():
            _check_name(name, path_characters + 1)
            _check_value(member, depth + 1, path_characters + 1 + len(name))
    elif is_array(value):
        for element in value:
            _check_value(element, depth + 1, path_characters)


def _check_name(name: str, parent_characters: int) -> None:
    if name.startswith("$"):
        raise document_failure(
            "SHRED_BAD_FIELD_NAME", f"Document field name not valid: '{name}' starts with '$'."
        )
    if parent_characters + len(name) > MAX_PATH_CHARACTERS:
        raise limit_failure(f"a field's path is longer than {MAX_PATH_CHARACTERS} characters")
