"""The call to a Hugging Face compatible router (contract data-api.md, section 9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pytest
import stamina

from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
from pulumi_astra_vectorize.server.embedding.errors import ProviderError

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SECRET = "hf_very_secret_value"

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _retries_without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


def embed(answer: Answer, secret: str = SECRET) -> list[list[float]]:
    client = EmbeddingClient("http://router.test/", httpx.MockTransport(answer))
    return client.embed(MODEL, ["one", "two"], secret)


def recorded(seen: list[httpx.Request], response: httpx.Response) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return response

    return answer


def failure_of(answer: Answer) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        embed(answer)
    return refused.value


def test_request_is_that_of_the_data_api() -> None:
    """Address with the model's slash kept, bearer key, texts and the wish to wait."""
    seen: list[httpx.Request] = []

    assert embed(recorded(seen, httpx.Response(200, json=[[1, 2], [3.5, 4]]))) == [
        [1.0, 2.0],
        [3.5, 4.0],
    ]
    (request,) = seen
    assert request.method == "POST"
    assert str(request.url) == (
        "http://router.test/hf-inference/models/sentence-transformers/all-MiniLM-L6-v2"
        "/pipeline/feature-extraction"
    )
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {
        "inputs": ["one", "two"],
        "options": {"waitForModel": True},
    }


@pytest.mark.parametrize(
    ("secret", "header"), [("", b"Bearer"), ("sécrèt", "Bearer sécrèt".encode())]
)
def test_any_key_is_sent_as_it_is(secret: str, header: bytes) -> None:
    """An empty header counts as a key: the provider decides."""
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.headers.raw)[b"Authorization"])
        return httpx.Response(200, json=[])

    embed(answer, secret)

    assert seen == [header]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((status, "CLIENT_ERROR") for status in (400, 401, 403, 404, 413, 422)),
        (429, "RATE_LIMITED"),
        *((status, "SERVER_ERROR") for status in (500, 502, 503)),
        (408, "TIMEOUT"),
        (504, "TIMEOUT"),
    ],
)
def test_statuses_have_codes(status: int, code: str) -> None:
    """Each HTTP status of the table has its code; number and provider are in the message."""
    failure = failure_of(lambda _: httpx.Response(status, json={"error": "no"}))

    assert failure.trouble == code
    assert str(status) in failure.message
    assert "huggingface" in failure.message


@pytest.mark.parametrize(
    ("status", "calls"), [(408, 4), (504, 4), (429, 1), (500, 1), (503, 1), (401, 1)]
)
def test_only_what_passes_is_tried_again(status: int, calls: int) -> None:
    """408 and 504 are retried three times, 429 and other 5xx never."""
    seen: list[httpx.Request] = []

    failure_of(recorded(seen, httpx.Response(status)))

    assert len(seen) == calls


def test_retry_that_succeeds_is_not_noticed() -> None:
    """One time-out of the provider is not the user's trouble."""
    answers = iter([httpx.Response(504), httpx.Response(200, json=[[1.0], [2.0]])])

    assert embed(lambda _: next(answers)) == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("trouble", "calls"),
    [(httpx.ReadTimeout, 4), (httpx.ConnectTimeout, 1), (httpx.PoolTimeout, 1)],
)
def test_silence_is_a_time_out(trouble: type[httpx.TimeoutException], calls: int) -> None:
    """No answer in time: asked again if the request was sent; marked as a client time-out."""
    seen: list[httpx.Request] = []

    def silent(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        raise trouble("", request=request)

    failure = failure_of(silent)

    assert failure.trouble == "TIMEOUT"
    assert "client socket timeout" in failure.message
    assert len(seen) == calls


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (httpx.ConnectError, "cannot be reached"),
        (httpx.LocalProtocolError, "cannot be reached"),
        (httpx.ReadError, "broke off"),
        (httpx.RemoteProtocolError, "broke off"),
    ],
)
def test_unreachable_provider_is_an_unexpected_error(
    trouble: type[httpx.TransportError], said: str
) -> None:
    """A refused connection and a cut answer have no code of their own; httpx is not quoted."""

    def unreachable(request: httpx.Request) -> httpx.Response:
        raise trouble(f"Illegal header value {SECRET}", request=request)

    failure = failure_of(unreachable)

    assert failure.trouble is None
    assert said in failure.message
    assert SECRET not in failure.message


@pytest.mark.parametrize(
    "body", ["[1.0, 2.0]", "{}", '[["1"]]', "[[null]]", "[[1.0", "", "[[NaN]]", "[[1e999]]"]
)
def test_json_of_another_shape_is_an_unexpected_error(body: str) -> None:
    """200 and JSON that is no list of vectors, or broken, has no code of its own."""
    assert failure_of(lambda _: json_response(body)).trouble is None


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", None])
def test_other_type_than_json_is_an_unexpected_response(content_type: str | None) -> None:
    """200 with a page of a proxy is no answer of the provider."""
    headers = {"content-type": content_type} if content_type else {}

    failure = failure_of(lambda _: httpx.Response(200, headers=headers, content=b"<html>"))

    assert failure.trouble == "UNEXPECTED_RESPONSE"
    assert "<html>" in failure.message


@pytest.mark.parametrize("content_type", ["application/json", "text/json", "Application/JSON;a=b"])
def test_json_types_are_known(content_type: str) -> None:
    """application/json and text/json, with or without parameters."""
    assert embed(lambda _: json_response("[[1], [2]]", content_type)) == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (httpx.Response(401, json={"error": "no such key"}), '"no such key"'),
        (httpx.Response(400, json={"error": ["a", 1]}), '["a",1]'),
        (httpx.Response(400, json={"error": {"x": "ü"}}), '{"x":"ü"}'),
        (httpx.Response(400, json={"detail": "x"}), '{"detail":"x"}'),
        (httpx.Response(502, content=b"<h1>bad</h1>"), "<h1>bad</h1>"),
        (httpx.Response(502, headers={"content-type": "application/json"}, content=b"{"), "{"),
    ],
)
def test_provider_is_quoted(response: httpx.Response, text: str) -> None:
    """The error member as Jackson writes it, all JSON without one, the raw body if it is none."""
    assert failure_of(lambda _: response).message.endswith(text)


def test_quoted_provider_cannot_give_the_secret_away() -> None:
    """A provider that repeats the refused key does not bring it into our errors."""
    failure = failure_of(lambda _: httpx.Response(401, json={"error": f"bad key {SECRET}!"}))
    late = failure_of(lambda _: httpx.Response(504, text=f"<p>{SECRET}</p>"))

    assert SECRET not in failure.message
    assert SECRET not in late.message
    assert "bad key" in failure.message


def test_page_of_a_proxy_is_cut() -> None:
    """A message stays readable whatever stands between us and the provider."""
    failure = failure_of(lambda _: httpx.Response(502, content=b"x" * 100_000))

    assert len(failure.message) < 3000


def json_response(body: str, content_type: str = "application/json") -> httpx.Response:
    return httpx.Response(200, headers={"content-type": content_type}, content=body.encode())
