"""Vectors on the wire: arrays of numbers, or ``{"$binary": base64 of big-endian float32}``."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, document_failure
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.vector_numbers import single_precision

BINARY = "$binary"


def parse_vector(value: object) -> list[float]:
    """The numbers of a vector on the wire, rounded to float32 as the store keeps them.

    Raises the SHRED_BAD_... failures of contract data-api.md, section 6.
    """
    if is_object(value):
        return _parse_binary(value)
    if not is_array(value):
        raise document_failure(
            "SHRED_BAD_DOCUMENT_VECTOR_TYPE",
            "Bad $vector value: it must be an array of numbers or a $binary object.",
        )
    if not value:
        raise document_failure("SHRED_BAD_VECTOR_SIZE", "Bad $vector value: the array is empty.")
    vector = single_precision(value)
    if vector is None:
        raise document_failure(
            "SHRED_BAD_VECTOR_VALUE",
            "Bad $vector value: it must be an array containing only 32-bit numbers.",
        )
    return vector


def check_length(vector: list[float], dimension: int) -> None:
    """Raises INVALID_VECTOR_LENGTH unless the vector has the collection's dimension."""
    if len(vector) != dimension:
        raise document_failure(
            "INVALID_VECTOR_LENGTH",
            f"The $vector has {len(vector)} elements, the collection's dimension is {dimension}.",
        )


def _parse_binary(value: JsonObject) -> list[float]:
    if list(value) != [BINARY]:
        raise document_failure(
            "SHRED_BAD_DOCUMENT_VECTOR_TYPE",
            f"Bad $vector value: the only key of the object must be '{BINARY}'.",
        )
    encoded = value[BINARY]
    if not isinstance(encoded, str):
        raise _bad_binary("it must be a base64 string")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise _bad_binary("it is not valid base64") from None
    if not content or len(content) % 4:
        raise _bad_binary("its length is not that of a sequence of 4-byte floats")
    numbers = np.frombuffer(content, ">f4")
    if not np.isfinite(numbers).all():
        raise _bad_binary("it holds numbers that are not finite")
    return [float(number) for number in numbers]


def _bad_binary(problem: str) -> Failure:
    return document_failure("SHRED_BAD_BINARY_VECTOR_VALUE", f"Bad binary vector value: {problem}.")
