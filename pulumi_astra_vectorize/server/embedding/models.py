"""The six models of the vendor's page: one runs offline, four through fastembed, one not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pulumi_astra_vectorize import catalog
from pulumi_astra_vectorize.server.embedding.errors import ModelUnavailableError, UnknownModelError
from pulumi_astra_vectorize.server.embedding.minilm import NAME as MINILM
from pulumi_astra_vectorize.server.embedding.minilm import MiniLM

THROUGH_FASTEMBED: Final = frozenset(
    {
        "BAAI/bge-small-en-v1.5",
        "BAAI/bge-base-en-v1.5",
        "BAAI/bge-large-en-v1.5",
        "intfloat/multilingual-e5-large",
    }
)
"""What fastembed (0.9) lists; it has no multilingual-e5-large-instruct."""

TEXTS_A_BATCH: Final = 8

RUNS_AT_ONCE: Final = 2
"""How many texts, or groups of short ones, are embedded at the same time. Measured: two runs on a
core each are a tenth faster than one run on two cores."""

Floats = NDArray[np.float32]


class Model(Protocol):
    """An embedding model that is loaded."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 for each text, in their order."""
        ...


class FastEmbedModel:
    """A model that fastembed downloads from a model hub on first use."""

    def __init__(self, name: str, threads: int) -> None:
        try:
            fastembed: Any = import_module("fastembed")
        except ImportError:
            raise ModelUnavailableError(
                name, f"pip install fastembed (only {MINILM} is built in), and try again"
            ) from None
        try:
            self._embedding = fastembed.TextEmbedding(name, threads=threads)
        except (OSError, ValueError) as problem:
            raise ModelUnavailableError(
                name,
                "fastembed downloads it from huggingface.co, which cannot be reached from here "
                f"({type(problem).__name__}); allow the network, or fill its cache folder",
            ) from problem

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 for each text, in their order."""
        rows: Floats = np.array(list(self._embedding.embed(texts, TEXTS_A_BATCH)), np.float32)
        rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
        return rows


def known(name: str) -> bool:
    """True for the models that the catalogue lists for Hugging Face."""
    return catalog.bundled()[catalog.HUGGING_FACE].model(name) is not None


@cache
def load_model(name: str) -> Model:
    """Loads a model; the same one again is at hand at once, a failure is tried anew.

    Takes from a second (the built-in model) to minutes (a download). Raises UnknownModelError, or
    ModelUnavailableError with what to do.
    """
    if not known(name):
        raise UnknownModelError(name)
    if name == MINILM:
        return MiniLM(thread_count())
    if name in THROUGH_FASTEMBED:
        return FastEmbedModel(name, thread_count())
    raise ModelUnavailableError(
        name, "no offline form of it is known; use Hugging Face itself (--embeddings)"
    )


def thread_count() -> int:
    """How many cores a run may use, so that all runs together have them all; at least one."""
    return max(1, (os.cpu_count() or 1) // RUNS_AT_ONCE)
