"""The floor of embedding: the same weights on the same onnxruntime, and nothing around them.

Nobody knows beforehand how such a model is best fed, so the ways of doing it in a few lines are
tried, and the fastest one is the floor: texts one by one, or in batches of 8 or 32 of about one
length; with all cores for each run, or with one core for each of as many runs as there are cores.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pulumi_astra_vectorize.server.embedding.minilm import MAX_WORD_PIECES, VOCABULARY, WEIGHTS

BATCHES = (1, 8, 32)
ROUNDS = 2


@dataclass(frozen=True)
class Way:
    """One way to feed the model: ``name`` says which, ``embed`` does it."""

    name: str
    embed: Callable[[Sequence[str]], object]

    def rate(self, texts: Sequence[str]) -> float:
        """Texts a second."""
        started = time.perf_counter()
        self.embed(texts)
        return len(texts) / (time.perf_counter() - started)


def fastest_way(texts: Sequence[str]) -> Way:
    """The way that is the fastest with these texts."""
    ways = [*_ways(os.cpu_count() or 1)]
    return max(ways, key=lambda way: max(way.rate(texts) for _ in range(ROUNDS)))


def _ways(cores: int) -> Iterator[Way]:
    for runs, batch in product((1, cores), BATCHES):
        feed = _Feed(_session(cores // runs), batch, ThreadPoolExecutor(runs))
        shown = f"{runs} at a time, {cores // runs} threads each, batches of {batch}"
        yield Way(shown, feed.embed)


def _session(threads: int) -> Any:
    onnxruntime: Any = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(files(WEIGHTS[0]).joinpath(WEIGHTS[1])), options)


class _Feed:
    def __init__(self, session: Any, batch: int, runs: ThreadPoolExecutor) -> None:
        vocabulary = files(VOCABULARY[0]).joinpath(VOCABULARY[1])
        self._tokenizer = Tokenizer.from_str(vocabulary.read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(MAX_WORD_PIECES)
        self._tokenizer.enable_padding()
        self._session = session
        self._batch = batch
        self._runs = runs

    def embed(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        ordered = texts if self._batch == 1 else sorted(texts, key=len)
        starts = range(0, len(texts), self._batch)
        return [*self._runs.map(lambda at: self._run(ordered[at : at + self._batch]), starts)]

    def _run(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch(list(texts))
        ids, mask = (
            np.array([getattr(it, name) for it in encodings]) for name in ("ids", "attention_mask")
        )
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], inputs)
        rows: NDArray[np.float32] = (states * mask[:, :, None].astype(np.float32)).sum(axis=1)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows
