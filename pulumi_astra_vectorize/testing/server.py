"""An embedded server as a process of its own, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from pulumi_astra_vectorize.server.settings import ENVIRONMENT_PREFIX
from pulumi_astra_vectorize.testing.control import Control
from pulumi_astra_vectorize.wire import DatabaseAddress, ServerAddresses

COMMAND = (sys.executable, "-c", "from pulumi_astra_vectorize.cli import main; main()", "serve")

PATIENCE_SECONDS = 30.0
"""Far more than a start or a stop takes, for machines that are busy with other tests."""

LOOK_AGAIN_SECONDS = 0.01


@dataclass(frozen=True)
class RunningServer:
    """An embedded server that answers.

    Attributes:
        url: the main address: DevOps API, integrations, imitated Hugging Face.
        databases: the databases by name, each with its id and the address of its Data API.
        token: the application token, for ``Authorization: Bearer`` and for the Data API's
            ``Token``.
        control: makes trouble on purpose.
        pid: of its process, to look at its memory or to kill it.
    """

    url: str
    databases: Mapping[str, DatabaseAddress]
    token: str = field(repr=False)
    control: Control = field(repr=False)
    pid: int

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which a Pulumi program, or astrapy, finds the server."""
        return {
            "ASTRA_VECTORIZE_TARGET": "local",
            "ASTRA_VECTORIZE_ENDPOINT": self.url,
            "ASTRA_DB_APPLICATION_TOKEN": self.token,
            "ASTRA_DB_API_ENDPOINT": next(iter(self.databases.values())).url,
        }


@contextmanager
def running_server(
    *databases: str, data: Path | None = None, environment: Mapping[str, str] | None = None
) -> Generator[RunningServer, None, None]:
    """A server on free ports with these databases, control on; stopped at the end.

    Settings of servers that stand in the environment of the test (``ASTRA_VECTORIZE_SERVER_...``)
    are kept from it: they are of another server, whose data a test may not touch.

    Args:
        databases: their names.
        data: the folder that it keeps everything in; in memory without one.
        environment: variables for this server, such as ``ASTRA_VECTORIZE_SERVER_PASSWORD``.

    Raises:
        RuntimeError: when it does not start; the message is what it said.
    """
    flags = [flag for name in databases for flag in ("--database", name)]
    flags += ["--data", str(data)] if data else []
    with TemporaryDirectory(prefix="astra-vectorize-test-") as folder:
        ready_file, log = Path(folder, "ready.json"), Path(folder, "server.log")
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [*COMMAND, "--port", "0", "--control", "--ready-file", ready_file, *flags],
                env={**without_server_settings(os.environ), **(environment or {})},
                stdout=output,
                stderr=output,
            )
        try:
            addresses = wait_until_ready(process, ready_file, log.read_text)
            with _connected(addresses) as server:
                yield server
        finally:
            _stop(process)


def without_server_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without the settings of any server."""
    return {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(ENVIRONMENT_PREFIX)
    }


def wait_until_ready(
    process: subprocess.Popen[Any], ready_file: Path, said: Callable[[], str]
) -> ServerAddresses:
    """The addresses of a started server, once it answers.

    Raises:
        RuntimeError: it has ended, or is not ready in time; the message is what it ``said``.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise RuntimeError(f"the embedded server did not start: {said()}")
        time.sleep(LOOK_AGAIN_SECONDS)
    return ServerAddresses.model_validate_json(ready_file.read_bytes())


@contextmanager
def _connected(addresses: ServerAddresses) -> Generator[RunningServer, None, None]:
    token = Path(addresses.token_file).read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=addresses.url, headers=headers, timeout=60, trust_env=False) as http:
        databases = {database.name: database for database in addresses.databases}
        yield RunningServer(addresses.url, databases, token, Control(http), addresses.pid)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
