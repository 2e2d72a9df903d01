"""What unit tests of the client side share: retries without waiting, settings of a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import stamina

from pulumi_astra_vectorize import configuration as configuration_module
from pulumi_astra_vectorize.api import target
from pulumi_astra_vectorize.configuration import load_configuration, use_configuration
from pulumi_astra_vectorize.server.store.engines import sqlite_engines
from pulumi_astra_vectorize.server.store.schema import Database, Entity
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.settings import Settings
from pulumi_astra_vectorize.this_run import this_run
from tests.unit.integrations_fake import Handler


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """As many attempts as in earnest, without the pauses between them."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a run, as `configure` leaves them; forgotten after the test."""
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    monkeypatch.setattr(configuration_module, "_run", configuration_module._Run())
    config = {"endpoint": "http://127.0.0.1:1", "applicationToken": "app-token-value"}
    by_key = {f"astra-vectorize:{key}": value for key, value in config.items()}
    configuration = load_configuration(by_key.get)
    use_configuration(configuration)
    return configuration.default


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, configured: Settings) -> Iterator[list[Handler]]:
    """The network of every client: the handler that was put in last."""
    handlers: list[Handler] = []

    def latest(request: httpx.Request) -> httpx.Response:
        return handlers[-1](request)

    def wired(*, tls: bool, proxy: str | None) -> httpx.MockTransport:
        return httpx.MockTransport(latest)

    monkeypatch.setattr(target, "connections", wired)
    yield handlers
    this_run.clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one entity (id 1), ready for records."""
    made = Store(sqlite_engines(tmp_path))
    with made.write() as session:
        session.add(Database(id="d", name="library", port=1))
        session.flush()
        session.add(
            Entity(id=1, database_id="d", keyspace="k", name="n", kind="collection", definition={})
        )
    yield made
    made.close()
