"""Exact vector search over float32 matrices kept in memory, one for each vector column."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from pulumi_astra_vectorize.server.store.schema import Vector
from pulumi_astra_vectorize.server.store.store import Store

Floats = NDArray[np.float32]

WIRE = np.dtype("<f4")
"""How vectors stand in the store."""


@dataclass
class Column:
    """The vectors of one column: row i of ``matrix`` belongs to the record ``positions[i]``."""

    positions: list[int] = field(default_factory=list[int])
    rows: dict[int, int] = field(default_factory=dict[int, int])
    matrix: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
