"""What is loaded only when it is needed: every program and every preview would pay for it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import pulumi_astra_vectorize as astra
astra.Collection, astra.UserAccessToken, astra.VectorColumn
"""

PREVIEW = """
from types import SimpleNamespace
from pulumi_astra_vectorize.resources.collection import CollectionProvider

provider = CollectionProvider()
endpoint, token = "astra-vectorize:endpoint", "astra-vectorize:applicationToken"
config = {endpoint: "http://127.0.0.1:1", token: "t"}
provider.configure(SimpleNamespace(config=config))
inputs = {"database": "library", "name": "notes", "dimension": 3}
assert not provider.check({}, inputs).failures
outputs = {"database_id": "id", "database_name": "library", "effective": {}, "generation": "g"}
assert not provider.diff("id", inputs | outputs, inputs).changes
"""


def loaded(program: str) -> set[str]:
    """Those libraries of the clients and their settings that a program has loaded at its end."""
    asked = "\nprint(*({'httpx', 'stamina', 'pydantic_settings'} & sys.modules.keys()))"
    command = [sys.executable, "-c", program + asked]
    ended = subprocess.run(command, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


def test_a_program_loads_neither_clients_nor_settings() -> None:
    """Declaring resources asks nothing of anybody."""
    assert loaded(PROGRAM) == set()


def test_a_preview_without_change_loads_the_settings_only() -> None:
    """They may be wrong, and are refused at preview; ``check`` and ``diff`` need no client."""
    assert loaded(PROGRAM + PREVIEW) == {"pydantic_settings"}


def test_clients_load_no_command_line() -> None:
    """httpx has one of its own, which it imports wherever rich is installed, as it is with us."""
    program = "from pulumi_astra_vectorize.api.target import Target; import sys, httpx"
    command = [sys.executable, "-c", f"{program}; print('rich' in sys.modules, httpx.main)"]
    ended = subprocess.run(command, text=True, capture_output=True, check=True)
    assert ended.stdout.startswith("False <function main")
