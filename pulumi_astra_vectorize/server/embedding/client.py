"""Calls a Hugging Face compatible router, the real one or the server's own (section 9)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Final, cast

import httpx
import stamina
from pydantic import AllowInfNan, TypeAdapter, ValidationError

from pulumi_astra_vectorize.catalog import HUGGING_FACE
from pulumi_astra_vectorize.server.embedding.errors import ProviderError, Trouble

PATH: Final = "/hf-inference/models/{model}/pipeline/feature-extraction"

THE_PROVIDER: Final = f"The embedding provider '{HUGGING_FACE}'"

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 5.0
TRIES: Final = 4
"""One call and three retries, for what is over soon: 408, 504 and no answer."""

LONGEST_QUOTE: Final = 2000
"""How many characters of a provider's text an error message carries at most."""

JSON_TYPES: Final = frozenset({"application/json", "text/json"})

Vectors = list[list[Annotated[float, AllowInfNan(allow_inf_nan=False)]]]

_VECTORS: TypeAdapter[Vectors] = TypeAdapter(Vectors)


class _PassingTrouble(Exception):  # noqa: N818 - it is caught here and never seen outside
    """The provider may answer if it is asked once more."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(status)
        self.status = status
        self.text = text


class EmbeddingClient:
    """Gets embeddings over HTTP. Thread-safe; connections are pooled and kept alive.

    Args:
        base_url: the address of the router, without a path.
        transport: replaces the network, and with it the proxies that the environment names.
    """

    def __init__(self, base_url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = httpx.Client(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), transport=transport
        )

    def embed(self, model: str, texts: list[str], secret: str) -> list[list[float]]:
        """The vectors of the texts, in their order, as the provider gives them.

        Raises ProviderError. Whether the vectors are as many and as long as they should be, only
        the caller can tell.
        """
        try:
            response = self._post(model, texts, secret)
        except _PassingTrouble as trouble:
            text = _without(secret, trouble.text)
            raise _answered("TIMEOUT", trouble.status, text) from None
        except httpx.TimeoutException:
            raise _answered("TIMEOUT", "client socket timeout", "") from None
        except httpx.TransportError as problem:
            raise ProviderError(None, _lost(problem)) from None
        return _vectors(response, secret)

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def _post(self, model: str, texts: list[str], secret: str) -> httpx.Response:
        for attempt in stamina.retry_context(
            on=_PassingTrouble,
            attempts=TRIES,
            timeout=None,
            wait_initial=0.1,
            wait_max=0.5,
            wait_jitter=0.1,
        ):
            with attempt:
                return self._post_once(model, texts, secret)
        raise AssertionError("the last attempt raises")

    def _post_once(self, model: str, texts: list[str], secret: str) -> httpx.Response:
        try:
            response = self._http.post(
                self._base_url + PATH.format(model=model),
                headers={b"Authorization": f"Bearer {secret}".rstrip().encode()},
                json={"inputs": texts, "options": {"waitForModel": True}},
            )
        except httpx.ReadTimeout:
            raise _PassingTrouble("client socket timeout", "") from None
        if response.status_code in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}:
            raise _PassingTrouble(str(response.status_code), _provider_text(response))
        return response


def _lost(problem: httpx.TransportError) -> str:
    """What became of the call; httpx's own words may quote the secret."""
    cut = isinstance(problem, httpx.ReadError | httpx.RemoteProtocolError)
    fate = "broke off its answer" if cut else "cannot be reached"
    return f"{THE_PROVIDER} {fate} ({type(problem).__name__})."


def _vectors(response: httpx.Response, secret: str) -> list[list[float]]:
    if response.status_code != HTTPStatus.OK or not _is_json(response):
        text = _without(secret, _provider_text(response))
        raise _answered(_trouble(response), str(response.status_code), text)
    try:
        return _VECTORS.validate_json(response.content, strict=True)
    except ValidationError:
        message = f"{THE_PROVIDER} answered with something else than vectors."
        raise ProviderError(None, message) from None


def _trouble(response: httpx.Response) -> Trouble:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return "RATE_LIMITED"
    if response.is_client_error:
        return "CLIENT_ERROR"
    return "SERVER_ERROR" if response.is_server_error else "UNEXPECTED_RESPONSE"


def _answered(trouble: Trouble, status: str, text: str) -> ProviderError:
    return ProviderError(
        trouble,
        f"{THE_PROVIDER} answered with HTTP status {status}: {text[:LONGEST_QUOTE]}",
    )


def _provider_text(response: httpx.Response) -> str:
    """What the provider says: its ``error`` as JSON, the whole JSON, or the raw body.

    JSON is written as the vendor's Jackson writes it, without spaces.
    """
    if not _is_json(response):
        return response.text
    try:
        answer: object = response.json()
    except ValueError:
        return response.text
    if isinstance(answer, dict):
        answer = cast("dict[str, object]", answer).get("error", cast("object", answer))
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _is_json(response: httpx.Response) -> bool:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower() in JSON_TYPES


def _without(secret: str, text: str) -> str:
    """A provider may quote the secret that it refuses; an error never does."""
    return text.replace(secret, "[secret]") if secret else text
