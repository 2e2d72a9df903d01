"""Stores for the tests of the self-hosted integrations service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_astra_vectorize.server.store.engines import Engines, postgres_engines, sqlite_engines
from tests.self_hosted.postgres import MISSING, new_database, programs, running_postgres
from tests.self_hosted.services import Service, serving_service


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a PostgreSQL for the whole session."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    with running_postgres(found) as folder:
        yield folder


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """The URL of a database of the test's own."""
    return new_database(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engines]:
    """An empty place for a store, once of each kind."""
    if request.param == "sqlite":
        made = sqlite_engines(tmp_path)
    else:
        made = postgres_engines(request.getfixturevalue("postgres_url"))
    yield made
    made.writing.dispose()


@pytest.fixture
def service() -> Iterator[Service]:
    """A service on one port with its integration, and nothing else."""
    with serving_service(username="ana", password="pässwörd") as service:
        service.add_integration()
        yield service
