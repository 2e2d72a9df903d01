"""Examples are run as their readers run them: by the command line of the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples.command_line import Pulumi
from tests.lifecycle.conftest import _engine_on_path  # noqa: F401 - an autouse fixture
from tests.lifecycle.servers import Server, started_server

DATABASES = (
    "library-dev",
    "archive-dev",
    "library-staging",
    "archive-staging",
    "library",
    "archive",
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An organisation with the databases of three environments."""
    with started_server(tmp_path, DATABASES) as running:
        yield running


@pytest.fixture
def pulumi(tmp_path: Path, server: Server) -> Pulumi:
    """The command line with a state of its own."""
    return Pulumi(tmp_path, server)
