"""The ``_id`` of documents: its types, its key in the store, and new ones."""

from __future__ import annotations

import os
import time
from uuid import uuid4

import uuid6

from pulumi_astra_vectorize.server.data_api.collections.values import (
    OBJECT_ID,
    UUID_TYPE,
    extended_problem,
    fingerprint,
    is_extended,
)
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, document_failure
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object


def key_of(document_id: object) -> str:
    """The key under which a document of that ``_id`` is stored.

    Raises SHRED_BAD_DOCID_TYPE or SHRED_BAD_DOCID_VALUE for what cannot be an ``_id``.
    """
    problem = None
    if is_extended(document_id):
        problem = extended_problem(document_id)
    elif is_object(document_id) or is_array(document_id):
        problem = "it must be a string, a number, a boolean, null or a date, UUID or ObjectId"
    if problem is not None:
        raise document_failure("SHRED_BAD_DOCID_TYPE", f"Bad type for '_id' field: {problem}.")
    if document_id == "":
        raise document_failure(
            "SHRED_BAD_DOCID_VALUE", "Bad value for '_id' field: the empty string is not allowed."
        )
    return fingerprint(document_id)


def new_document_id(id_type: str | None) -> str | JsonObject:
    """An ``_id`` of the collection's ``defaultId`` type; a bare UUID where it has none."""
    if id_type is None:
        return str(uuid4())
    if id_type == "objectId":
        return {OBJECT_ID: f"{int(time.time()):08x}{os.urandom(8).hex()}"}
    make = {"uuid": uuid4, "uuidv6": uuid6.uuid6, "uuidv7": uuid6.uuid7}[id_type]
    return {UUID_TYPE: str(make())}
