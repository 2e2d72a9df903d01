"""docs/control.md names exactly what the control interface has, and its examples run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings, Fault
from pulumi_astra_vectorize.server.control.routes import routes
from pulumi_astra_vectorize.server.control.scopes import PREFIX

PAGE = (Path(__file__).parents[2] / "docs" / "control.md").read_text()

MY_PROGRAM = """
import os
import httpx

url = os.environ["ASTRA_DB_API_ENDPOINT"] + "/v1/default_keyspace"
headers = {"Token": os.environ["ASTRA_DB_APPLICATION_TOKEN"]}
command = {"createCollection": {"name": "notes"}}
try:
    httpx.post(url, json=command, headers=headers)
except httpx.TransportError:
    assert httpx.post(url, json=command, headers=headers).json() == {"status": {"ok": 1}}
else:
    raise SystemExit("no answer was lost")
"""

USE_OF_THE_FIXTURE = """
def test_databases(server):
    assert list(server.databases) == ["library", "archive"]
"""


def test_every_call_is_listed() -> None:
    """The table of calls and the routes are the same."""
    documented = set(re.findall(r"^\| `([A-Z]+ /_control/\S+)`", PAGE, re.MULTILINE))
    there = {
        f"{method} {PREFIX}{route.path}"
        for route in routes.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert documented == there


@pytest.mark.parametrize("model", [Fault, CredentialCacheSettings])
def test_every_member_is_named(model: type[Fault | CredentialCacheSettings]) -> None:
    """The page tells of each member under its name on the wire."""
    names = [field.alias for field in model.model_fields.values()]
    assert [name for name in names if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE] == []


def test_examples_run(tmp_path: Path) -> None:
    """The files of the page, as they stand there, are tests that pass."""
    examples = re.findall(r"^```python\n(# .*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(examples) == PAGE.count("```python")
    line, test, fixture = examples
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "conftest.py").write_text(line)
    (tmp_path / "test_mine.py").write_text(test)
    (tmp_path / "my_program.py").write_text(MY_PROGRAM)
    (other / "conftest.py").write_text(fixture)
    (other / "test_other.py").write_text(USE_OF_THE_FIXTURE)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "2 passed" in ended.stdout, ended.stdout + ended.stderr
