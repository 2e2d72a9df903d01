"""A Data API (its double) that takes its credentials from the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.self_hosted.data_api_double import (
    INVALID,
    NO_KEYS,
    UNABLE_TO_RESOLVE,
    UNEXPECTED,
    CommandFailedError,
    DataApiDouble,
)
from tests.self_hosted.services import NAME, PROVIDER, SECRET, Service

FULL_NAME = f"{NAME}.providerKey"


@dataclass
class Clock:
    """A clock that goes on when it is told to, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def code_of(command: Callable[[str, str], object]) -> str | None:
    """The errorCode of a command with the token; None if it works."""
    try:
        command(PROVIDER, NAME)
    except CommandFailedError as failed:
        return failed.code
    return None


def replace_secret(service: Service, token_id: str, secret: str) -> None:
    """Gives the token another secret."""
    path = f"/{PROVIDER}/tokens/{token_id}/secret"
    service.manage("PUT", path, json={"secret": secret}).raise_for_status()


def test_managed_token_is_used(service: Service) -> None:
    """What was added by the management interface makes collections and embeds their texts."""
    data_api = service.data_api()
    assert code_of(data_api.create_collection) == INVALID
    service.add_token()
    data_api.create_collection(PROVIDER, NAME)
    assert data_api.embed(PROVIDER, NAME) == SECRET


@pytest.mark.parametrize("databases", [(), None])
def test_missing_token_comes_back_at_once(
    service: Service, databases: tuple[str, ...] | None
) -> None:
    """A token that is not there, or not in scope, fails one command and not those after it."""
    token_id = None if databases is None else service.add_token(databases=databases)
    data_api = service.data_api()
    assert code_of(data_api.embed) == UNABLE_TO_RESOLVE
    assert len(data_api.sent) == 1, "not repeated, for it is an answer"
    if token_id is None:
        service.add_token()
    else:
        path = f"/{PROVIDER}/tokens/{token_id}/scope"
        service.manage("POST", path, json={"databases": ["SINGLE-TENANT"]}).raise_for_status()
    assert data_api.embed(PROVIDER, NAME) == SECRET


def test_unknown_caller_is_refused_each_time(service: Service) -> None:
    """A caller whom nobody knows gets no secret, after four calls, and nothing is kept of it."""
    service.add_token()
    pauses: list[float] = []
    data_api = service.data_api(token="Cassandra:d3Jvbmc=:d3Jvbmc=", pause=pauses.append)
    assert code_of(data_api.embed) == UNABLE_TO_RESOLVE
    assert (len(data_api.sent), pauses) == (4, [0.1, 0.1, 0.1])
    assert code_of(data_api.create_collection) == UNABLE_TO_RESOLVE


def test_write_expiry_bounds_a_rotation(service: Service) -> None:
    """With the example's setting the new secret is used 20 s after the last look-up."""
    clock = Clock()
    token_id = service.add_token()
    bounded = service.data_api(clock=clock, expire_after_write=20.0)
    shipped = service.data_api(clock=clock)
    for data_api in (bounded, shipped):
        assert data_api.embed(PROVIDER, NAME) == SECRET
    replace_secret(service, token_id, "hf_new")
    seen = []
    for moment in (10.0, 19.9, 20.0, 250.0, 549.0):
        clock.now = moment
        seen.append((bounded.embed(PROVIDER, NAME), shipped.embed(PROVIDER, NAME)))
    assert [one for one, _ in seen] == [SECRET, SECRET, "hf_new", "hf_new", "hf_new"]
    assert {one for _, one in seen} == {SECRET}, "the shipped cache forgets only when idle"


@pytest.mark.parametrize(
    ("status", "body", "at_create", "at_embedding", "calls"),
    [
        (200, {"credentials": {FULL_NAME: False}}, INVALID, None, 1),
        (200, {"credentials": {}, "errors": []}, INVALID, NO_KEYS, 1),
        (200, {}, INVALID, NO_KEYS, 1),
        (200, {"credentials": {"other": "hf"}}, None, NO_KEYS, 1),
        (200, {"errors": [{"ID": 7, "message": "m"}]}, INVALID, UNABLE_TO_RESOLVE, 2),
        (401, {}, UNABLE_TO_RESOLVE, UNABLE_TO_RESOLVE, 8),
        (500, {}, UNABLE_TO_RESOLVE, UNABLE_TO_RESOLVE, 8),
        (200, "no JSON", UNEXPECTED, UNEXPECTED, 2),
    ],
)
def test_double_does_what_was_recorded(
    status: int, body: Any, at_create: str | None, at_embedding: str | None, calls: int
) -> None:
    """The codes and the calls of two embeddings are those of data-api.md, section 10."""

    def answer(_request: httpx.Request) -> httpx.Response:
        if isinstance(body, str):
            return httpx.Response(status, text=body)
        return httpx.Response(status, json=body)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        double = DataApiDouble("http://service/v1", "token", http, pause=lambda _: None)
        assert code_of(double.create_collection) == at_create
        double.sent.clear()
        if at_embedding is not None:
            assert [code_of(double.embed), code_of(double.embed)] == [at_embedding] * 2
            assert len(double.sent) == calls
