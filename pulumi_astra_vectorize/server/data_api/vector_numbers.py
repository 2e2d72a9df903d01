"""The numbers of vectors, which are kept and shown in single precision."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, cast

import numpy as np

from pulumi_astra_vectorize.server.vector_rows import LARGEST, shortest

TYPES: Final = frozenset({int, float, Decimal})
"""What a number of JSON may be here; not its subtype, the boolean."""


def single_precision(values: Sequence[object]) -> list[float] | None:
    """The numbers as the store keeps them; None where one is none, or too large to be kept."""
    if not TYPES.issuperset(map(type, values)):
        return None
    try:
        numbers = np.array(cast("Sequence[float]", values), np.float64)
    except OverflowError:
        return None
    if not (np.abs(numbers) <= LARGEST).all():
        return None
    vector: list[float] = numbers.astype(np.float32).astype(np.float64).tolist()
    return vector


def shown(vector: Sequence[float]) -> list[float]:
    """The numbers as a reply has them: what is stored of them, in the fewest digits."""
    numbers: list[float] = shortest(np.array(vector, np.float32)).tolist()
    return numbers
