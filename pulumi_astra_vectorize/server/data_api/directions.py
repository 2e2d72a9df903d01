"""Vectors without a direction, which the cosine cannot compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pulumi_astra_vectorize.server.data_api.envelope import invalid_query

NEARLY_ZERO: Final = 1e-6
"""Up to here a number of a vector counts as zero, as for the vendor's Cassandra."""


def has_direction(vector: Sequence[float]) -> bool:
    """Whether a vector is more than zeros."""
    return any(abs(number) > NEARLY_ZERO for number in vector)


def check_direction(vector: Sequence[float], metric: str | None) -> None:
    """Refuses a vector of zeros where an index compares by the cosine.

    ``metric`` is that of the index, None without one. It is the database that refuses.
    """
    if metric == "cosine" and not has_direction(vector):
        raise invalid_query(
            "Zero and near-zero vectors cannot be indexed or queried with cosine similarity."
        )
