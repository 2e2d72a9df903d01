"""The engine on PATH, and for each test a server and a stack of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lifecycle.servers import Server, started_server
from tests.lifecycle.stacks import Stack, environment_of

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def _engine_on_path() -> Iterator[None]:
    """The virtual environment first, since the language host runs the first python it finds."""
    find = [sys.executable, str(REPOSITORY / "tools/engine/build.py")]
    engine = subprocess.run(find, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    with pytest.MonkeyPatch.context() as patch:
        ours = f"{Path(sys.executable).parent}{os.pathsep}{engine}"
        patch.setenv("PATH", ours, prepend=os.pathsep)
        yield


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with the databases "library" and "archive"."""
    with started_server(tmp_path) as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path, server: Server) -> Stack:
    """An empty stack that finds the server in its environment."""
    return Stack(tmp_path, environment_of(server))
