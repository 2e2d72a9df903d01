"""all-MiniLM-L6-v2 as it runs offline, and what is said of the models that do not."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pulumi_astra_vectorize.server.embedding import minilm, models
from pulumi_astra_vectorize.server.embedding.errors import ModelUnavailableError, UnknownModelError
from pulumi_astra_vectorize.server.embedding.minilm import MiniLM

SENTENCES = [
    "That is a happy person",
    "That is a happy dog",
    "That is a very happy person",
    "Today is a sunny day",
]
"""The example on the model's public page, with the similarities that its widget shows."""


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM(threads=1)


def test_vectors_are_float32_rows_of_length_one(model: MiniLM) -> None:
    """384 numbers a text, scaled to length 1, as sentence-transformers gives them."""
    rows = model.embed(SENTENCES)

    assert rows.shape == (4, 384)
    assert np.float32 == rows.dtype
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_similarities_are_the_published_ones(model: MiniLM) -> None:
    """The model's page gives 0.695, 0.943 and 0.257 for its example."""
    first, *others = model.embed(SENTENCES)

    assert [float(first @ other) for other in others] == pytest.approx(
        [0.695, 0.943, 0.257], abs=0.02
    )


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        (
            "How do I open a file?",
            "The open() function returns a file object.",
            "Cats sleep a lot.",
        ),
        ("a cure for headaches", "Aspirin relieves pain in the head.", "The train leaves at noon."),
        ("capital of France", "Paris is where the French government sits.", "Bread needs yeast."),
    ],
)
def test_meaning_counts_more_than_words(
    model: MiniLM, question: str, answer: str, other: str
) -> None:
    """A passage that answers is nearer than one about something else."""
    asked, right, wrong = model.embed([question, answer, other])

    assert asked @ right > asked @ wrong + 0.2


def test_company_in_a_batch_does_not_matter(model: MiniLM) -> None:
    """A text has the same vector alone and among others of any length, in any order."""
    texts = [f"{word} " * count for count in (1, 5, 40, 300) for word in ("tree", "house", "sea")]

    together = model.embed(texts)

    assert together[::-1] == pytest.approx(model.embed(texts[::-1]), abs=1e-5)
    for text, row in zip(texts, together, strict=True):
        assert model.embed([text])[0] == pytest.approx(row, abs=1e-5)


def test_long_text_is_cut_after_256_word_pieces(model: MiniLM) -> None:
    """254 words and the two marks around them are all that the model reads."""
    words = ["tree"] * 254
    enough, more = model.embed([" ".join(words), " ".join([*words, "submarine"])])
    (less,) = model.embed([" ".join([*words[:-1], "submarine"])])

    assert more == pytest.approx(enough, abs=1e-6)
    assert less != pytest.approx(enough, abs=1e-3)


@pytest.mark.parametrize("text", ["", "   ", "日本語のテキスト", "😀", "a\0b", "x" * 10_000])
def test_any_text_has_a_vector(model: MiniLM, text: str) -> None:
    """Nothing that JSON can carry breaks the model."""
    (row,) = model.embed([text])

    assert np.isfinite(row).all()


def test_no_texts_give_no_rows(model: MiniLM) -> None:
    """An empty list is answered with an empty matrix."""
    assert model.embed([]).shape == (0, 384)


def test_missing_weights_are_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its data the model is unavailable, and no vector is made up."""
    monkeypatch.setattr(minilm, "find_spec", lambda _name: None)

    with pytest.raises(ModelUnavailableError, match=r"pip install .*\[server\]"):
        MiniLM(threads=1)


class TestLoading:
    """The six models of the vendor's page."""

    def test_model_is_loaded_once(self) -> None:
        """The second request finds the model ready."""
        assert models.load_model(minilm.NAME) is models.load_model(minilm.NAME)

    @pytest.mark.parametrize("name", ["", "all-MiniLM-L6-v2", "../../etc/passwd", "openai/x"])
    def test_unknown_model_is_refused(self, name: str) -> None:
        """Only the names that the catalogue has for Hugging Face are models."""
        with pytest.raises(UnknownModelError, match="no embedding model"):
            models.load_model(name)

    @pytest.mark.parametrize("name", sorted(models.THROUGH_FASTEMBED))
    def test_without_fastembed_the_error_says_to_install_it(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A model that is not built in names what it takes."""
        monkeypatch.setitem(sys.modules, "fastembed", None)

        with pytest.raises(ModelUnavailableError, match="pip install fastembed"):
            models.load_model(name)

    def test_unreachable_hub_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """fastembed raises ValueError when no source has the model; that is no crash."""

        def unreachable(name: str, threads: int) -> None:
            raise ValueError(f"Could not load model {name} from any source.")

        use_fastembed(monkeypatch, unreachable)

        with pytest.raises(ModelUnavailableError, match="cannot be reached"):
            models.FastEmbedModel("BAAI/bge-small-en-v1.5", threads=1)

    def test_vectors_of_fastembed_are_scaled_to_length_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All models answer alike, whatever their library gives."""

        class Twice:
            def __init__(self, name: str, threads: int) -> None:
                pass

            def embed(self, texts: list[str], batch_size: int) -> Any:
                return (np.array([0.0, 2.0]) for _ in texts)

        use_fastembed(monkeypatch, Twice)

        rows = models.FastEmbedModel("BAAI/bge-small-en-v1.5", threads=1).embed(["a", "b"])

        assert rows.tolist() == [[0.0, 1.0], [0.0, 1.0]]

    def test_model_without_an_offline_form_is_refused(self) -> None:
        """fastembed has no multilingual-e5-large-instruct: it is never replaced by another."""
        with pytest.raises(ModelUnavailableError, match="Hugging Face itself"):
            models.load_model("intfloat/multilingual-e5-large-instruct")

    @pytest.mark.parametrize(("cores", "threads"), [(None, 1), (1, 1), (2, 1), (3, 1), (16, 8)])
    def test_two_runs_share_the_cores(
        self, cores: int | None, threads: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two runs go on at once: each may use half the cores, and at least one."""
        monkeypatch.setattr("os.cpu_count", lambda: cores)

        assert models.thread_count() == threads


def use_fastembed(monkeypatch: pytest.MonkeyPatch, text_embedding: Any) -> None:
    """Puts a library in fastembed's place that has the one class that is used."""
    library: Any = ModuleType("fastembed")
    library.TextEmbedding = text_embedding
    monkeypatch.setitem(sys.modules, "fastembed", library)
