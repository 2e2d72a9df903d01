"""The products of one vector with many rows of a matrix: what a search spends its time on."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

NUMBERS_AT_ONCE = 200_000
"""So few that the numbers stay in the processor's cache, and that the library for linear algebra
takes one thread: where others are busy, waiting for its second one costs more than it saves."""

WORTH_COPYING = 1 / 4
"""Up to this share of some rows, scoring a copy of them is quicker than scoring all of those."""

WORTH_SHARING = 16
"""From so many parts on, other threads help with them."""

THREADS = min(4, os.cpu_count() or 1)
"""More than four would wait for the memory."""


def dot_products(matrix: Floats, query: Floats, rows: Integers) -> Floats:
    """The products of these rows, in ascending order, with the query.

    Where a part of the matrix has many of them, all of it is scored; elsewhere copies of them are,
    side by side. Parts that have none are not looked at.
    """
    dots: Floats = np.empty(len(matrix), np.float32)
    step = NUMBERS_AT_ONCE // len(query) + 1
    counts = np.diff(np.searchsorted(rows, np.arange(0, len(matrix) + step, step)))
    crowded = counts > WORTH_COPYING * step

    def score(part: slice) -> None:
        np.dot(matrix[part], query, out=dots[part])

    starts = (np.flatnonzero(crowded) * step).tolist()
    _share([slice(start, start + step) for start in starts], score)
    _put_dots_of_copies(dots, matrix, query, rows[np.repeat(~crowded, counts)])
    return dots[rows]


def _put_dots_of_copies(dots: Floats, matrix: Floats, query: Floats, rows: Integers) -> None:
    step = NUMBERS_AT_ONCE // len(query) + 1
    copies: Floats = np.empty((min(step, len(rows)), len(query)), np.float32)
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        copied = copies[: len(some)]
        np.take(matrix, some, axis=0, out=copied, mode="clip")  # "raise" copies twice
        dots[some] = copied @ query


def _share(parts: list[slice], score: Callable[[slice], None]) -> None:
    """Scores all parts, with helpers where that pays: a busy processor's helper takes none."""
    waiting = iter(parts)  # each part goes to one thread: a list's iterator is asked in turn

    def work() -> None:
        for part in waiting:
            score(part)

    count = THREADS - 1 if len(parts) >= WORTH_SHARING else 0
    helpers = [_helpers().submit(work) for _ in range(count)]
    try:
        work()
    finally:  # whoever comes next may move the rows
        at_work = [helper for helper in helpers if not helper.cancel()]
        wait(at_work)
    for helper in at_work:
        helper.result()


@cache
def _helpers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "dot-products")
