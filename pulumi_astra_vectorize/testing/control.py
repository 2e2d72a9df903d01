"""The control interface of an embedded server, for tests in Python (docs/control.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import BaseModel, SecretStr, TypeAdapter

from pulumi_astra_vectorize.server.control.models import (
    CredentialCacheSettings,
    Fault,
    RequestCounts,
    SecretOfProvider,
    SeededCollection,
    SeedFolder,
    StatusChange,
)
from pulumi_astra_vectorize.wire import Problems

_SEEDED = TypeAdapter(list[SeededCollection])
_FAULTS = TypeAdapter(list[Fault])


class ControlError(httpx.HTTPStatusError):
    """What the server refused, in its own words.

    ``code`` is stable and upper case; ``message`` says what is wrong.
    """

    def __init__(self, answer: httpx.Response) -> None:
        problem = Problems.model_validate_json(answer.content).errors[0]
        super().__init__(
            f"[{problem.code}] {problem.message}", request=answer.request, response=answer
        )
        self.code = problem.code
        self.message = problem.message


class Control:
    """Makes trouble on purpose, one method a kind of trouble.

    ``http`` has the server's main address as its base and the application token in its headers.
    Every method raises ``ControlError`` for what the server refuses.
    """

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def reset(self) -> None:
        """Empties the server and ends all troubles; databases keep their ids and addresses."""
        self._call("POST", "reset")

    def seed(self, folder: Path) -> list[SeededCollection]:
        """Fills collections from ``folder/DATABASE/KEYSPACE/COLLECTION.jsonl``."""
        answer = self._call("POST", "seed", SeedFolder(folder=str(folder.absolute())))
        return _SEEDED.validate_json(answer)

    def inject(self, fault: Fault) -> None:
        """Lets a fault happen to the next requests that it fits."""
        self._call("POST", "faults", fault)

    def waiting_faults(self) -> list[Fault]:
        """The faults that may still happen; ``times`` counts down."""
        return _FAULTS.validate_json(self._call("GET", "faults"))

    def clear_faults(self) -> None:
        """Lets no fault happen any more."""
        self._call("DELETE", "faults")

    def requests(self) -> RequestCounts:
        """How often each request was sent, and over how many connections."""
        return RequestCounts.model_validate_json(self._call("GET", "requests"))

    def forget_requests(self) -> None:
        """Counts from nothing again."""
        self._call("DELETE", "requests")

    def cache_credentials(self, settings: CredentialCacheSettings) -> None:
        """Remembers secrets as a real Data API does; what is remembered now is forgotten."""
        self._call("PUT", "credential-cache", settings)

    def set_status(self, database: str, status: str, *, refusals: int | None = None) -> None:
        """Gives a database, by its name, a status such as HIBERNATED.

        It is ACTIVE again after so many refused Data API requests; without ``refusals`` when told.
        """
        change = StatusChange(status=status, refusals=refusals)
        self._call("PUT", f"databases/{quote(database, safe='')}/status", change)

    def revoke_secret(self, secret: str) -> None:
        """The imitated Hugging Face refuses this secret from now on."""
        self._call("POST", "hugging-face/revoke", SecretOfProvider(secret=SecretStr(secret)))

    def restore_secret(self, secret: str) -> None:
        """The imitated Hugging Face accepts this secret again."""
        self._call("POST", "hugging-face/restore", SecretOfProvider(secret=SecretStr(secret)))

    def _call(self, method: str, path: str, body: BaseModel | None = None) -> bytes:
        content: dict[str, Any] = {}
        if body is not None:
            content["content"] = body.model_dump_json(by_alias=True)
        answer = self._http.request(
            method, f"/_control/{path}", headers={"Content-Type": "application/json"}, **content
        )
        if answer.is_error:
            raise ControlError(answer)
        return answer.content
