"""Who runs when, and with whom, where several callers want embeddings at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from pulumi_astra_vectorize.server.embedding.runners import Runners

SECONDS = 10


class SlowModel:
    """Notes what runs together, and runs nothing before it is told to."""

    def __init__(self, answer: Callable[[Sequence[str]], Any]) -> None:
        self.groups: list[list[str]] = []
        self.may_run = threading.Event()
        self._answer = answer

    def embed(self, texts: Sequence[str]) -> Any:
        """The answer to the texts."""
        self.may_run.wait(SECONDS)
        self.groups.append(list(texts))
        return self._answer(texts)


def lengths(texts: Sequence[str]) -> Any:
    """A row of one number for each text."""
    return np.array([[len(text)] for text in texts], np.float32)


@pytest.fixture
def model() -> SlowModel:
    return SlowModel(lengths)


@pytest.fixture
def runners(monkeypatch: pytest.MonkeyPatch) -> Runners:
    """One runner only, so that the order is certain."""
    monkeypatch.setattr("pulumi_astra_vectorize.server.embedding.runners.RUNS_AT_ONCE", 1)
    return Runners()


def test_vectors_come_in_the_order_of_the_texts(runners: Runners, model: SlowModel) -> None:
    """Long texts run first, and nobody notices."""
    texts = ["b" * 300, "a", "c" * 700, "", "d" * 299]
    work = runners.submit(model, texts)
    model.may_run.set()

    assert work.vectors.result(SECONDS).tolist() == [[300], [1], [700], [0], [299]]
    assert model.groups == [["c" * 700], ["b" * 300], ["d" * 299], ["a"], [""]]


def test_short_texts_of_several_callers_run_together(runners: Runners, model: SlowModel) -> None:
    """Texts that wait at the same time share a run, up to eight, and each caller gets its own."""
    busy = runners.submit(model, ["x" * 400])
    works = [runners.submit(model, [f"caller {number}", f"again {number}"]) for number in range(5)]
    model.may_run.set()

    for work in [*works, busy]:
        assert work.vectors.result(SECONDS).tolist() == [[len(text)] for text in work.texts]
    assert [len(group) for group in model.groups] == [1, 8, 2]


def test_company_is_alike_in_length(runners: Runners, model: SlowModel) -> None:
    """A text is not filled up to more than twice its length, nor do long ones run together."""
    runners.submit(model, ["x" * 400])
    works = [runners.submit(model, ["y" * size]) for size in (200, 99, 150, 201, 101)]
    model.may_run.set()
    for work in works:
        work.vectors.result(SECONDS)

    assert [[len(text) for text in group] for group in model.groups[1:]] == [
        [200, 150],
        [99],
        [201, 101],
    ]


def test_callers_take_turns(runners: Runners, model: SlowModel) -> None:
    """One text of a caller who has just come runs after one of each other caller."""
    runners.submit(model, ["x" * 400])
    many = [runners.submit(model, [name * 400] * 3) for name in "ab"]
    one = runners.submit(model, ["c" * 400])
    model.may_run.set()
    for work in [*many, one]:
        work.vectors.result(SECONDS)

    assert [group[0][0] for group in model.groups[1:]] == ["a", "b", "c", "a", "b", "a", "b"]


def test_different_models_do_not_mix(runners: Runners, model: SlowModel) -> None:
    """A text runs on the model that it is for."""
    other = SlowModel(lambda texts: -lengths(texts))
    other.may_run.set()
    runners.submit(model, ["x" * 400])
    works = [runners.submit(each, ["a text"]) for each in (model, other, model)]
    model.may_run.set()

    assert [work.vectors.result(SECONDS).tolist() for work in works] == [[[6]], [[-6]], [[6]]]
    assert [len(group) for group in other.groups] == [1]


def test_what_nobody_waits_for_does_not_run(runners: Runners, model: SlowModel) -> None:
    """A caller who is gone costs no more than what runs already."""
    gone = runners.submit(model, ["x" * 400] * 5)
    runners.give_up(gone)
    here = runners.submit(model, ["y" * 400])
    model.may_run.set()
    here.vectors.result(SECONDS)

    assert sum(group == ["x" * 400] for group in model.groups) <= 1
    assert not gone.vectors.done()


def test_trouble_of_a_model_reaches_its_callers_and_nobody_else(
    runners: Runners, model: SlowModel
) -> None:
    """The others go on, and the runner with them."""
    broken = SlowModel(lambda _texts: 1 / 0)
    broken.may_run.set()
    failing = runners.submit(broken, ["x" * 400, "y" * 400])
    working = runners.submit(model, ["a text"])
    model.may_run.set()

    with pytest.raises(ZeroDivisionError):
        failing.vectors.result(SECONDS)
    assert working.vectors.result(SECONDS).tolist() == [[6]]
