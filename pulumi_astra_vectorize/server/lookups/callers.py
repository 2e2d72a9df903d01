"""Who may look credentials up: callers that may use the Data API, whose token it passes on."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

import httpx
from cachetools import TTLCache

from pulumi_astra_vectorize.rules import header_problem
from pulumi_astra_vectorize.server.admission import Admission

MEMORY_SECONDS = 30
MEMORY_SIZE = 1000

COMMAND: dict[str, dict[str, str]] = {"findKeyspaces": {}}
"""Cheap, and it changes nothing."""

PATIENCE = httpx.Timeout(3.5, connect=1)
"""Within the 5 s that the Data API waits for us, and beyond the 2 s in which it refuses a wrong
password (contract data-api.md, section 1)."""


class NobodyKnowsError(Exception):
    """The Data API could not be asked whether it knows a token."""


class Callers(Protocol):
    """Tells callers apart by the token that a Data API passes on."""

    async def name_of(self, token: str, headers: Mapping[str, str]) -> str | None:
        """What the audit log calls the caller; None for one who gets nothing.

        ``headers`` go along where somebody else is asked. Raises NobodyKnowsError.
        """
        ...


class ConfiguredCallers:
    """Those whose token or login the server was started with."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def name_of(self, token: str, headers: Mapping[str, str]) -> str | None:  # noqa: ARG002
        """See Callers."""
        return self._admission.name_of(token)


class CallersOfDataApi:
    """The configured ones, and those whose token a Data API takes for a command that only reads.

    Its answer is remembered for half a minute. Callers with the same token wait for one answer;
    what is kept of a token is its hash.
    """

    def __init__(self, admission: Admission, data_api: str) -> None:
        self._admission = admission
        self._url = f"{data_api.rstrip('/')}/v1"
        self._answers: TTLCache[bytes, asyncio.Task[bool]] = TTLCache(MEMORY_SIZE, MEMORY_SECONDS)
        self._tls = ssl.create_default_context()

    async def name_of(self, token: str, headers: Mapping[str, str]) -> str | None:
        """See Callers."""
        configured = self._admission.name_of(token)
        if configured is not None or not token or header_problem(token):
            return configured
        digest = sha256(token.encode())
        known = await self._is_known(digest.digest(), token, headers)
        return f"Data API token {digest.hexdigest()[:12]}" if known else None

    async def _is_known(self, digest: bytes, token: str, headers: Mapping[str, str]) -> bool:
        answer = self._answers.get(digest)
        if answer is None:
            answer = asyncio.create_task(self._ask(token, headers))
            self._answers[digest] = answer
        try:
            return await asyncio.shield(answer)
        except NobodyKnowsError:
            self._answers.pop(digest, None)
            raise

    def _client(self) -> httpx.AsyncClient:
        """A proxy of the environment stands not between us and the Data API beside us."""
        return httpx.AsyncClient(verify=self._tls, timeout=PATIENCE, trust_env=False)

    async def _ask(self, token: str, headers: Mapping[str, str]) -> bool:
        """Whether findKeyspaces works; also an answer with HTTP status 200 may be a refusal."""
        try:
            async with self._client() as client:
                reply = await client.post(
                    self._url, json=COMMAND, headers={**headers, "Token": token}
                )
        except httpx.HTTPError as problem:
            raise NobodyKnowsError(type(problem).__name__) from None
        if reply.status_code >= 500:
            raise NobodyKnowsError(f"HTTP {reply.status_code}")
        return reply.status_code == 200 and _lists_keyspaces(reply)


def _lists_keyspaces(reply: httpx.Response) -> bool:
    try:
        return "keyspaces" in reply.json()["status"]
    except (ValueError, KeyError, TypeError):
        return False
