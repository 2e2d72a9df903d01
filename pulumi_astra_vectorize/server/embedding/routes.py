"""A Hugging Face compatible router: feature extraction and whoami, offline.

Answers as the real one does (contract credentials.md, "The Hugging Face side"): every refusal is
``{"error": text}``, and only a secret of the right form lives.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Container
from concurrent.futures import Future
from threading import Thread
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

from pulumi_astra_vectorize.server.embedding.errors import ModelUnavailableError, UnknownModelError
from pulumi_astra_vectorize.server.embedding.models import Model, load_model
from pulumi_astra_vectorize.server.embedding.runners import Runners
from pulumi_astra_vectorize.server.vector_rows import shortest

SECRET: Final = re.compile(r"hf_[A-Za-z0-9_]{8,}")

SIGN_OF_LIFE_SECONDS: Final = 1.0
"""White space is sent while vectors are made: callers give up after five seconds without a byte."""

LOADING_PATIENCE: Final = 4.0
"""Seconds after which a caller hears that its model is still being loaded."""

JSON: Final = "application/json"

Authorization = Annotated[str | None, Header()]


class FeatureExtraction(BaseModel):
    """The body of a call; ``options`` are for a service that loads and caches, and do nothing."""

    model_config = ConfigDict(strict=True, extra="forbid")

    inputs: str | list[str]
    options: dict[str, Any] | None = None


class Embedder:
    """Loads models and runs them, on threads of its own: embedding holds up nothing else."""

    def __init__(self) -> None:
        self.runners = Runners()
        self._loading: dict[str, Future[Model]] = {}

    async def model(self, name: str) -> Model:
        """The loaded model; asyncio's TimeoutError when that takes long: it goes on, ask again."""
        if name not in self._loading:
            self._loading[name] = _start_loading(name)
        waiting = asyncio.shield(asyncio.wrap_future(self._loading[name]))
        try:
            return await asyncio.wait_for(waiting, LOADING_PATIENCE)
        except (UnknownModelError, ModelUnavailableError):
            self._loading.pop(name, None)  # told once, then tried anew
            raise


def _start_loading(name: str) -> Future[Model]:
    """Loads on a daemon thread: a download must not hold up the server's stop."""
    future: Future[Model] = Future()

    def load() -> None:
        try:
            future.set_result(load_model(name))
        except Exception as problem:  # noqa: BLE001 - whoever waits for the model gets it
            future.set_exception(problem)

    Thread(target=load, name=f"loading {name}", daemon=True).start()
    return future


def router(revoked: Container[str] = ()) -> APIRouter:
    """The routes, with an embedder of their own; ``revoked`` secrets are dead."""
    routes = APIRouter()
    embedder = Embedder()

    @routes.get("/api/whoami-v2")
    async def whoami(authorization: Authorization = None) -> Response:
        """Tells whether a secret is alive."""
        if not _is_alive(authorization, revoked):
            return _unauthorized()
        return JSONResponse({"type": "user", "name": "local", "auth": {"type": "access_token"}})

    @routes.post("/hf-inference/models/{model:path}/pipeline/feature-extraction")
    async def extract(
        model: str, request: Request, authorization: Authorization = None
    ) -> Response:
        """Embeds a text, or a list of texts."""
        if not _is_alive(authorization, revoked):
            return _unauthorized()
        try:
            body = FeatureExtraction.model_validate_json(await request.body())
        except ValidationError as invalid:
            return _refusal(400, _problem(invalid))
        return await _answer(embedder, model, body.inputs)

    return routes


async def _answer(embedder: Embedder, name: str, inputs: str | list[str]) -> Response:
    try:
        model = await embedder.model(name)
    except UnknownModelError as unknown:
        return _refusal(404, str(unknown))
    except ModelUnavailableError as unavailable:
        return _refusal(503, str(unavailable))
    except asyncio.TimeoutError:
        return _refusal(503, f"the embedding model '{name}' is being loaded; try again later")
    if inputs == []:
        return Response(b"[]", media_type=JSON)
    return StreamingResponse(_stream(embedder.runners, model, inputs), media_type=JSON)


async def _stream(
    runners: Runners, model: Model, inputs: str | list[str]
) -> AsyncGenerator[bytes, None]:
    """The vectors as JSON: one for a text, an array of them for a list."""
    work = runners.submit(model, [inputs] if isinstance(inputs, str) else inputs)
    made = asyncio.wrap_future(work.vectors)
    try:
        while not made.done():
            yield b" "
            await asyncio.wait({made}, timeout=SIGN_OF_LIFE_SECONDS)
        vectors: list[list[float]] = shortest(made.result()).tolist()
        yield to_json(vectors[0] if isinstance(inputs, str) else vectors)
    finally:
        runners.give_up(work)


def _is_alive(authorization: str | None, revoked: Container[str]) -> bool:
    scheme, _, shown = (authorization or "").partition(" ")
    secret = shown.strip()
    has_the_form = scheme.lower() == "bearer" and SECRET.fullmatch(secret) is not None
    return has_the_form and secret not in revoked


def _problem(invalid: ValidationError) -> str:
    """What is wrong and where, without what was sent."""
    problems = invalid.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(step) for step in problem['loc']) or 'body'}: {problem['msg']}"
        for problem in problems
    )


def _unauthorized() -> Response:
    return _refusal(401, "the user access token is not valid")


def _refusal(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status)
