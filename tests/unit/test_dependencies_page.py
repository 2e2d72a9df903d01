"""docs/dependencies.md says of every dependency what it is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIRED = re.findall(
    r'^ +"([A-Za-z0-9-]+)(?:\[\w+\])?>=', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
)


def test_dependencies_are_found() -> None:
    """The pattern reads the lists of pyproject.toml."""
    assert {"pulumi", "fastapi", "pytest"} <= set(REQUIRED)


@pytest.mark.parametrize("name", sorted(set(REQUIRED)))
def test_dependency_is_explained(name: str) -> None:
    """A line for each: nobody has to guess why it is there."""
    page = (ROOT / "docs" / "dependencies.md").read_text()
    assert re.search(rf"^\|.*\b{re.escape(name)}\b.*\|.*\|.*\|$", page, re.MULTILINE)
