"""The Data APIs that the cases run against: the embedded server, and one that is named."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast, get_args

import httpx

from pulumi_astra_vectorize.testing import RunningServer, running_server
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.fidelity.cases import GENERAL, KEYSPACE, PROVIDER_KEY, Entity, Json, Kind, Place

PREFIX = "ASTRA_VECTORIZE_FIDELITY_"

TOKEN_NAME = "fidelity"
SECRET = "hf_fidelity_secret"


@dataclass(frozen=True)
class Target:
    """A Data API under test.

    ``url`` includes the version (``.../v1``), ``keyspace`` is one that the cases may fill.
    ``provider_key`` is the name of a user access token that the database may use, if any.
    """

    kind: Kind
    url: str
    token: str = field(repr=False)
    keyspace: str
    provider_key: str | None
    http: httpx.Client = field(repr=False)

    def send(self, command: Json, place: Place, headers: Mapping[str, str] | None = None) -> Json:
        """The answer to a command."""
        text = json.dumps(command).replace(PROVIDER_KEY, self.provider_key or PROVIDER_KEY)
        response = self.http.post(
            self.url + self._path(place),
            content=text,
            headers={"Token": self.token, "Content-Type": "application/json", **(headers or {})},
        )
        answer: Json = response.json()
        return answer

    def _path(self, place: Place) -> str:
        if isinstance(place, Entity):
            return f"/{self.keyspace}/{place.name}"
        return {GENERAL: "", KEYSPACE: f"/{self.keyspace}"}[place]


def other_kind() -> Kind | None:
    """The kind of the other Data API that the environment names, if it names one.

    Raises:
        ValueError: ASTRA_VECTORIZE_FIDELITY_KIND is missing or no kind.
    """
    if f"{PREFIX}URL" not in os.environ:
        return None
    kind = os.environ.get(f"{PREFIX}KIND", "")
    if kind not in get_args(Kind):
        raise ValueError(f"{PREFIX}KIND has to be one of {', '.join(get_args(Kind))}")
    return cast("Kind", kind)


@contextmanager
def other_target(kind: Kind) -> Generator[Target, None, None]:
    """The Data API that the environment names."""
    with httpx.Client(timeout=120) as http:
        yield Target(
            kind,
            os.environ[f"{PREFIX}URL"].rstrip("/"),
            os.environ[f"{PREFIX}TOKEN"],
            os.environ.get(f"{PREFIX}KEYSPACE", "default_keyspace"),
            os.environ.get(f"{PREFIX}PROVIDER_KEY"),
            http,
        )


@contextmanager
def embedded_target() -> Generator[Target, None, None]:
    """An embedded server with a user access token."""
    with running_server("fidelity") as server, httpx.Client(timeout=120) as http:
        _add_token(server, http)
        url = f"{server.databases['fidelity'].url}/v1"
        yield Target("embedded", url, server.token, "default_keyspace", TOKEN_NAME, http)


def _add_token(server: RunningServer, http: httpx.Client) -> None:
    databases = [database.id for database in server.databases.values()]
    bodies: dict[str, dict[str, Any]] = {
        INTEGRATIONS: {"provider": "huggingface"},
        f"{INTEGRATIONS}/huggingface/tokens": {
            "name": TOKEN_NAME,
            "secret": SECRET,
            "databases": databases,
        },
    }
    for path, body in bodies.items():
        bearer = {"Authorization": f"Bearer {server.token}"}
        http.post(server.url + path, json=body, headers=bearer).raise_for_status()
