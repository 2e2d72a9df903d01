"""Runs models for many callers at once: callers take turns, and short texts run together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pulumi_astra_vectorize.server.embedding.models import RUNS_AT_ONCE, Model

TEXTS_TOGETHER: Final = 8
CHARACTERS_TOGETHER: Final = 500
"""About 120 word pieces. Measured with the built-in model: four to eight texts of a line each take
a quarter less time together than alone; from 50 words on, company only costs."""

ALIKE: Final = 0.5
"""The least part of a longest text's characters that its company has: what is shorter is filled up
to its length, and filling takes as much time as text."""

Floats = NDArray[np.float32]


class Work:
    """The texts of one caller, at least one, and their vectors once all are made."""

    def __init__(self, model: Model, texts: Sequence[str]) -> None:
        self.model = model
        self.texts = texts
        self.waiting = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        """The texts that did not run yet, by their indexes. The last one, the longest, runs first:
        so the end of a work is short, and finds all runners busy."""
        self.vectors: Future[Floats] = Future()
        self.vectors.set_running_or_notify_cancel()  # whoever waits may leave, and breaks nothing
        self._rows: dict[int, Floats] = {}

    def take(self, room: int, longest: int) -> list[int]:
        """Up to ``room`` waiting texts of at most ``longest`` characters, and not much less."""
        taken: list[int] = []
        while self.waiting and len(taken) < room:
            if not ALIKE * longest <= len(self.texts[self.waiting[-1]]) <= longest:
                break
            taken.append(self.waiting.pop())
        return taken

    def finish(self, indexes: Sequence[int], rows: Floats) -> None:
        """Keeps the vectors of some texts; the last ones complete the work."""
        self._rows.update(zip(indexes, rows, strict=True))
        if len(self._rows) == len(self.texts):
            self.vectors.set_result(np.stack([self._rows[at] for at in range(len(self.texts))]))

    def fail(self, problem: Exception) -> None:
        """Ends the work without vectors."""
        self.waiting.clear()
        if not self.vectors.done():
            self.vectors.set_exception(problem)


Turn = list[tuple[Work, list[int]]]
"""What runs at once: texts of one or several works."""


class Runners:
    """The threads that run models. Who comes waits for a turn of every other caller, not for all
    that they brought. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RUNS_AT_ONCE, "embedding")
        self._lock = threading.Lock()
        self._works: deque[Work] = deque()

    def submit(self, model: Model, texts: Sequence[str]) -> Work:
        """Begins to embed texts, at least one."""
        work = Work(model, texts)
        with self._lock:
            self._works.append(work)
        for _ in texts:
            self._threads.submit(self._run_a_turn)
        return work

    def give_up(self, work: Work) -> None:
        """Runs no more of a work whose caller is gone."""
        with self._lock:
            work.waiting.clear()

    def _run_a_turn(self) -> None:
        with self._lock:
            turn = self._next_turn()
        if not turn:
            return  # what this was meant for ran in company
        model = turn[0][0].model
        try:
            rows = model.embed([work.texts[index] for work, indexes in turn for index in indexes])
        except Exception as problem:  # noqa: BLE001 - whoever waits for the vectors gets it
            self._fail(turn, problem)
        else:
            self._finish(turn, rows)

    def _next_turn(self) -> Turn:
        self._works = deque(work for work in self._works if work.waiting)
        if not self._works:
            return []
        self._works.rotate(-1)
        first = self._works[-1]
        longest = len(first.texts[first.waiting[-1]])
        room = max(1, min(TEXTS_TOGETHER, CHARACTERS_TOGETHER // max(1, longest)))
        turn: Turn = []
        for work in (first, *islice(self._works, len(self._works) - 1)):
            if work.model is first.model and (taken := work.take(room, longest)):
                turn.append((work, taken))
                room -= len(taken)
        return turn

    def _finish(self, turn: Turn, rows: Floats) -> None:
        start = 0
        with self._lock:
            for work, indexes in turn:
                work.finish(indexes, rows[start : start + len(indexes)])
                start += len(indexes)

    def _fail(self, turn: Turn, problem: Exception) -> None:
        with self._lock:
            for work, _ in turn:
                work.fail(problem)
