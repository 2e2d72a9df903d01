"""`pulumi_astra_vectorize.testing`: the fixture that the package ships."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pulumi_astra_vectorize.settings import load_settings
from pulumi_astra_vectorize.testing import RunningServer, running_server
from pulumi_astra_vectorize.testing.server import wait_until_ready
from pulumi_astra_vectorize.wire import INTEGRATIONS

CONFTEST = 'pytest_plugins = ["pulumi_astra_vectorize.testing"]\n'

TEST_OF_A_USER = """
import httpx

def test_finds_a_server(astra_vectorize_server):
    control = astra_vectorize_server.control
    control.set_status("default", "MAINTENANCE")
    bearer = {"Authorization": f"Bearer {astra_vectorize_server.token}"}
    shown = httpx.get(f"{astra_vectorize_server.url}/v2/databases", headers=bearer).json()
    assert [it["status"] for it in shown] == ["MAINTENANCE"]
    assert astra_vectorize_server.token not in repr(astra_vectorize_server)
"""


def test_users_get_the_fixture_by_one_line(tmp_path: Path) -> None:
    """A project with one line in its conftest.py has a server, and warnings are none."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mine.py").write_text(TEST_OF_A_USER)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout


@pytest.fixture(scope="module")
def running() -> RunningServer:
    """A server that has been stopped, and the answer it gave while it ran."""
    with running_server("library", "archive") as server:
        assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}
        return server


def test_server_is_stopped_at_the_end(running: RunningServer) -> None:
    """Nothing listens any more."""
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{running.url}/health")


def test_environment_is_what_the_provider_reads(
    running: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program with these variables has the server as its target."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(lambda _key: None)
    assert (settings.target, settings.endpoint) == ("local", running.url)
    assert settings.token_to_send() == running.token
    assert running.environment["ASTRA_DB_API_ENDPOINT"] == running.databases["library"].url


def test_settings_around_the_test_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer's own settings are not the server's: a reset empties nobody's data folder."""
    monkeypatch.setenv("ASTRA_VECTORIZE_SERVER_DATA", str(tmp_path / "real"))
    monkeypatch.setenv("astra_vectorize_server_databases", "precious")
    with running_server("library") as server:
        assert list(server.databases) == ["library"]
        server.control.reset()
    assert not (tmp_path / "real").exists()


def test_settings_that_the_test_names_are_the_servers() -> None:
    """What has no argument of its own is given as a variable."""
    variables = {"ASTRA_VECTORIZE_SERVER_TOKEN": "AstraCS:of:test"}
    with running_server("library", environment=variables) as server:
        assert server.token == "AstraCS:of:test"


def test_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The error carries what the process wrote."""
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(RuntimeError, match="no disk left"):
        wait_until_ready(process, tmp_path / "ready.json", lambda: "no disk left")


def test_databases_share_one_control(running: RunningServer) -> None:
    """The databases come in the order in which they were named."""
    assert list(running.databases) == ["library", "archive"]
    assert INTEGRATIONS not in running.databases["library"].url
