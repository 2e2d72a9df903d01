"""What a real Data API asks of its credential service, and what it makes of the answers.

Paths, headers, retries, the cache and the codes are those of contract data-api.md, section 10.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

TENANT = "SINGLE-TENANT"
TRIES = 4
CACHE_SECONDS = 300.0

INVALID = "VECTORIZE_CREDENTIAL_INVALID"
UNABLE_TO_RESOLVE = "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"
NO_KEYS = "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED"
UNEXPECTED = "UNEXPECTED_SERVER_ERROR"


class CommandFailedError(Exception):
    """The errorCode that the client of the Data API gets."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass
class Cached:
    """An answer that is kept, good or empty."""

    key: str | None
    written: float
    used: float


@dataclass
class DataApiDouble:
    """A Data API whose credentials URL is ``base_url``, called with ``token``.

    ``expire_after_write`` is QUARKUS_CACHE_CAFFEINE__CREDENTIALS__EXPIRE_AFTER_WRITE in seconds.
    """

    base_url: str
    token: str
    http: httpx.Client
    expire_after_write: float | None = None
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    sent: list[httpx.Request] = field(default_factory=list[httpx.Request])
    _cache: dict[tuple[str, ...], Cached] = field(default_factory=dict[tuple[str, ...], Cached])

    def create_collection(self, provider: str, token_name: str) -> None:
        """The check at createCollection, createTable and addVectorize: one call, never cached."""
        response = self._get(provider, token_name, "/valid")
        if response.status_code >= 400:
            raise CommandFailedError(UNABLE_TO_RESOLVE)
        answer = _read(response)
        credentials = answer.get("credentials") or {}
        problems = answer.get("errors") or []
        if problems:
            raise CommandFailedError(INVALID, _words(problems))
        if not credentials or not all(credentials.values()):
            raise CommandFailedError(INVALID)

    def embed(self, provider: str, token_name: str) -> str:
        """The look-up before an embedding; the key that goes to the provider."""
        key = (self.token, TENANT, provider, f"{token_name}.providerKey")
        now = self.clock()
        kept = self._cache.get(key)
        if kept is None or self._has_expired(kept, now):
            kept = Cached(self._look_up(provider, token_name), now, now)
            self._cache[key] = kept
        kept.used = now
        if kept.key is None:
            raise CommandFailedError(NO_KEYS)
        return kept.key

    def _has_expired(self, kept: Cached, now: float) -> bool:
        if self.expire_after_write is not None:
            return now - kept.written >= self.expire_after_write
        return now - kept.used >= CACHE_SECONDS

    def _look_up(self, provider: str, token_name: str) -> str | None:
        for attempt in range(TRIES):
            response = self._get(provider, token_name)
            if response.status_code < 400:
                break
            if attempt < TRIES - 1:
                self.pause(0.1)
        else:
            raise CommandFailedError(UNABLE_TO_RESOLVE)
        answer = _read(response)
        problems = answer.get("errors") or []
        if problems:
            raise CommandFailedError(UNABLE_TO_RESOLVE, _words(problems))
        found: str | None = (answer.get("credentials") or {}).get(f"{token_name}.providerKey")
        return found

    def _get(self, provider: str, token_name: str, suffix: str = "") -> httpx.Response:
        request = httpx.Request(
            "GET",
            f"{self.base_url}/databases/{TENANT}/integrations-type/{provider}"
            f"/creds/{token_name}.providerKey{suffix}",
            headers={
                "Authorization": f"Bearer {self.token}",
                "X-Datastax-Request-ID": str(uuid4()),
                "User-Agent": "Quarkus REST Client",
            },
            extensions={"timeout": httpx.Timeout(5, connect=2).as_dict()},
        )
        self.sent.append(request)
        try:
            return self.http.send(request)
        except httpx.TransportError:
            raise CommandFailedError(UNEXPECTED) from None


def _read(response: httpx.Response) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = response.json()
    except ValueError:
        raise CommandFailedError(UNEXPECTED) from None
    return answer


def _words(problems: list[dict[str, object]]) -> str:
    return "; ".join(f"{problem['ID']}: {problem['message']}" for problem in problems)
