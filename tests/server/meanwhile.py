"""Lets something happen while a command is on its way, at a moment that the test chooses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api.dispatch import dispatch, find_target
from pulumi_astra_vectorize.server.store.schema import Database
from tests.server.conftest import Server

Happening = Callable[[], object]


def answer_after(
    server: Server, command: dict[str, Any], *path: str, meanwhile: Happening
) -> dict[str, Any]:
    """The reply to a command whose path was looked up before ``meanwhile`` and that ran after."""
    with server.state.store.read() as session:
        database = session.get_one(Database, server.databases["library"].id)
        target = find_target(session, database, path)
    meanwhile()
    body = json.dumps(command).encode()
    _, written = dispatch(server.state, target, {"token": server.token}, body)
    reply: dict[str, Any] = json.loads(written)
    return reply


class Provider:
    """Stands for a slow embedding provider: while it is asked first, ``meanwhile`` happens.

    ``models`` are those that it was asked for, in order.
    """

    def __init__(self, patch: pytest.MonkeyPatch, server: Server, dimension: int) -> None:
        self.meanwhile: Happening = lambda: None
        self.models: list[str] = []
        self._dimension = dimension
        patch.setattr(server.state.embeddings, "embed", self._embed)

    def _embed(self, model: str, texts: list[str], _secret: str) -> list[list[float]]:
        self.models.append(model)
        if len(self.models) == 1:
            self.meanwhile()
        return [[1.0] * self._dimension for _ in texts]


def codes(reply: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What a reply refuses: family, scope and code."""
    return [(it["family"], it["scope"], it["errorCode"]) for it in reply.get("errors", [])]
