"""The Hugging Face compatible endpoint (contract credentials.md, "The Hugging Face side")."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import pytest

from pulumi_astra_vectorize.server.embedding import routes
from pulumi_astra_vectorize.server.embedding.errors import ProviderError, Trouble
from pulumi_astra_vectorize.server.embedding.models import RUNS_AT_ONCE, Model, load_model
from pulumi_astra_vectorize.server.embedding.runners import Runners
from tests.server.conftest import SECRET, Server

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


def extract(
    server: Server, body: Any = None, model: str = MINILM, secret: str = SECRET, **more: Any
) -> httpx.Response:
    """A call as the Data API makes it."""
    return server.http.post(
        f"{server.url}/hf-inference/models/{model}/pipeline/feature-extraction",
        headers={"Authorization": f"Bearer {secret}".strip()},
        **({"json": body} if body is not None else {}),
        **more,
    )


def error_of(response: httpx.Response, status: int) -> str:
    """The text of a refusal, which has no other member."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    text: str = body["error"]
    return text


def test_list_of_texts_gives_a_vector_each(server: Server) -> None:
    """In the order of the texts, each with the model's 384 numbers."""
    texts = [f"text number {number}" for number in range(40)]
    body = {"inputs": texts, "options": {"waitForModel": True}}

    vectors = extract(server, body).json()

    assert [len(vector) for vector in vectors] == [384] * 40
    assert vectors[17] == pytest.approx(load_model(MINILM).embed([texts[17]])[0], abs=1e-5)


def test_single_text_gives_a_single_vector(server: Server) -> None:
    """A string is answered with a vector, not with a list of one."""
    single = extract(server, {"inputs": "one text"}).json()

    assert extract(server, {"inputs": ["one text"]}).json() == [single]


def test_no_texts_give_no_vectors(server: Server) -> None:
    """An empty list is answered with an empty list."""
    assert extract(server, {"inputs": []}).json() == []


@pytest.mark.parametrize(
    "secret", ["", "hf_", "hf_short", "sk_abcdefgh", "hf_abcd efgh", "HF_ABCDEFGH", "hf_abcdefg-"]
)
def test_wrong_secret_is_refused_like_the_real_one(server: Server, secret: str) -> None:
    """Only hf_ and at least eight letters, digits or underscores is a living secret."""
    error_of(extract(server, {"inputs": "x"}, secret=secret), 401)


@pytest.mark.parametrize(
    ("model", "secret", "trouble"),
    [
        (MINILM, "", "CLIENT_ERROR"),
        (MINILM, "hf_dead", "CLIENT_ERROR"),
        ("no/model", SECRET, "CLIENT_ERROR"),
        ("intfloat/multilingual-e5-large-instruct", SECRET, "SERVER_ERROR"),
        (MINILM, "hf_of\ntwo_lines", None),
    ],
)
def test_data_api_gets_its_codes(
    server: Server, model: str, secret: str, trouble: Trouble | None
) -> None:
    """The endpoint's refusals arrive as the provider's troubles of data-api.md, section 9."""
    with pytest.raises(ProviderError) as refused:
        server.state.embeddings.embed(model, ["x"], secret)

    assert refused.value.trouble == trouble
    assert "two_lines" not in str(refused.value)


def test_missing_secret_is_refused_before_anything_else(server: Server) -> None:
    """Who has no secret does not even learn which models there are."""
    path = f"{server.url}/hf-inference/models/no/model/pipeline/feature-extraction"

    error_of(server.http.post(path, json={"inputs": "x"}), 401)
    error_of(server.http.post(path, headers={"Authorization": f"Basic {SECRET}"}), 401)


def test_whoami_tells_living_from_dead(server: Server) -> None:
    """200 for a living token, 401 for a dead one, as verify_secret asks for."""
    url = f"{server.url}/api/whoami-v2"

    alive = server.http.get(url, headers={"Authorization": f"Bearer {SECRET}"})
    assert alive.status_code == 200
    assert alive.json()["type"] == "user"
    error_of(server.http.get(url, headers={"Authorization": "Bearer dead"}), 401)
    error_of(server.http.get(url), 401)


@pytest.mark.parametrize("model", ["no/model", "all-MiniLM-L6-v2", "a/b/c"])
def test_unknown_model_is_not_found(server: Server, model: str) -> None:
    """The refusal names the model."""
    assert model in error_of(extract(server, {"inputs": "x"}, model=model), 404)


def test_model_that_cannot_run_here_says_what_helps(server: Server) -> None:
    """No vector is made up for it, however often one asks."""
    for _ in range(2):
        answer = extract(server, {"inputs": "x"}, model="intfloat/multilingual-e5-large-instruct")
        assert "--embeddings" in error_of(answer, 503)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"inputs": null}',
        b'{"inputs": 1}',
        b'{"inputs": [1]}',
        b'{"inputs": [["x"]]}',
        b'{"inputs": "x", "normalize": false}',
        b'{"inputs": "\xff"}',
    ],
)
def test_bad_body_is_refused(server: Server, content: bytes) -> None:
    """Not JSON, another shape, or a wish that is not fulfilled: 400 with an error."""
    assert error_of(extract(server, content=content), 400)


def test_refusal_does_not_repeat_what_was_sent(server: Server) -> None:
    """A body may hold what is nobody's business."""
    assert "private" not in error_of(extract(server, {"inputs": {"private": 1}}), 400)


def test_requests_at_the_same_time_do_not_mix(server: Server) -> None:
    """Each caller gets the vectors of its own texts."""
    bodies = [{"inputs": [f"caller {number}", "x" * number]} for number in range(1, 9)]

    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda body: extract(server, body).json(), bodies))

    for body, answer in zip(bodies, answers, strict=True):
        expected = load_model(MINILM).embed(body["inputs"])
        assert answer[0] == pytest.approx(expected[0], abs=1e-5)
        assert answer[1] == pytest.approx(expected[1], abs=1e-5)


def test_slow_loading_is_told_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks too early hears so; who asks later finds the model that was loaded meanwhile."""
    loading: Future[Model] = Future()
    monkeypatch.setattr(routes, "LOADING_PATIENCE", 0.01)
    monkeypatch.setattr(routes, "_start_loading", lambda _name: loading)

    async def ask_twice() -> Model:
        embedder = routes.Embedder()
        with pytest.raises(asyncio.TimeoutError):
            await embedder.model(MINILM)
        loading.set_result(load_model(MINILM))
        return await embedder.model(MINILM)

    assert asyncio.run(ask_twice()) is load_model(MINILM)


class Held:
    """A model that embeds nothing before it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.runs = 0

    def embed(self, texts: Sequence[str]) -> Any:
        """A row of two numbers for each text."""
        self.runs += 1
        self.let_go.wait(10)
        return np.ones((len(texts), 2), np.float32)


def test_callers_see_that_their_vectors_are_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """White space comes at once and then regularly: silence would be taken for a time-out."""
    monkeypatch.setattr(routes, "SIGN_OF_LIFE_SECONDS", 0.01)
    model = Held()

    async def answer() -> list[bytes]:
        stream = routes._stream(Runners(), model, ["one", "two"])
        begin = [await anext(stream) for _ in range(3)]
        model.let_go.set()
        return begin + [part async for part in stream]

    *signs, vectors = asyncio.run(answer())

    assert set(signs) == {b" "}
    assert vectors == b"[[1.0,1.0],[1.0,1.0]]"


def test_caller_who_leaves_is_not_worked_for() -> None:
    """The texts that have not run yet of a closed connection never do."""
    model, runners = Held(), Runners()

    async def leave() -> None:
        stream = routes._stream(runners, model, ["x" * 1000] * 50)
        await anext(stream)
        await stream.aclose()

    asyncio.run(leave())
    model.let_go.set()

    assert runners.submit(model, ["here"]).vectors.result(10).tolist() == [[1.0, 1.0]]
    assert model.runs <= RUNS_AT_ONCE + 1
