"""A server that does not answer or refuses us: one clear line with a code, nothing half-done."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lifecycle.programs import everything
from tests.lifecycle.servers import Server, started_server
from tests.lifecycle.stacks import Outcome, Stack, environment_of


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port that is taken, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _is_one_clear_line(failure: Outcome, code: str) -> None:
    lines = [line for line in failure.text.splitlines() if f"[{code}]" in line]
    assert lines, failure.text
    assert all("What to do:" in line for line in lines)
    assert "stamina" not in failure.text
    assert "Traceback" not in failure.text


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"ASTRA_VECTORIZE_ENDPOINT": "http://127.0.0.1:{dead_port}"}, "ENDPOINT_UNREACHABLE"),
        ({"ASTRA_VECTORIZE_ENDPOINT": "127.0.0.1"}, "INVALID_SETTINGS"),
        ({"ASTRA_DB_APPLICATION_TOKEN": "AstraCS:wrong"}, "APPLICATION_TOKEN_REFUSED"),
        ({"ASTRA_DB_APPLICATION_TOKEN": ""}, "APPLICATION_TOKEN_MISSING"),
        ({"ASTRA_VECTORIZE_TIMEOUT_SECONDS": "soon"}, "INVALID_SETTINGS"),
    ],
)
def test_wrong_settings_are_one_clear_line(
    tmp_path: Path, server: Server, dead_port: int, settings: dict[str, str], code: str
) -> None:
    """With a stable code and what to do; nothing was created."""
    wrong = {name: value.format(dead_port=dead_port) for name, value in settings.items()}
    stack = Stack(tmp_path, environment_of(server) | wrong)
    _is_one_clear_line(stack.refused_up(everything), code)
    assert stack.resources() == {}
    assert server.integrations() == {}


def test_a_dead_server_leaves_the_state_as_it_is(tmp_path: Path) -> None:
    """Refresh and destroy fail with the code; nothing is taken for gone."""
    with started_server(tmp_path) as server:
        stack = Stack(tmp_path, environment_of(server))
        stack.up(everything)
    before = set(stack.resources())
    _is_one_clear_line(stack.refused_refresh(), "ENDPOINT_UNREACHABLE")
    _is_one_clear_line(stack.refused_destroy(), "ENDPOINT_UNREACHABLE")
    assert set(stack.resources()) == before


def test_pulumi_config_comes_before_the_environment(tmp_path: Path, server: Server) -> None:
    """`pulumi config set` for the stack wins, also for the secret token."""
    wrong = {"ASTRA_VECTORIZE_ENDPOINT": "http://127.0.0.1:1", "ASTRA_DB_APPLICATION_TOKEN": "no"}
    stack = Stack(tmp_path, environment_of(server) | wrong)
    stack.configure("endpoint", server.url)
    stack.configure("applicationToken", server.token, secret=True)
    stack.up(everything)
    assert set(server.collections()) == {"notes"}
