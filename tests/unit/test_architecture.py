"""The shape of the code base, held by tests: arrows between modules, file sizes, what tests say."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("pulumi_astra_vectorize", "tests", "tools", "examples", "bench")
MAX_FILE_LINES = 300

# A file that has to be longer stands here with its reason.
LONGER_FILES: dict[str, str] = {}


def python_files(*folders: str) -> Iterator[tuple[str, str]]:
    """The path from the root and the text of every Python file in these folders."""
    for folder in folders:
        for file in sorted((REPOSITORY / folder).rglob("*.py")):
            yield str(file.relative_to(REPOSITORY)), file.read_text(encoding="utf-8")


def test_imports_follow_the_contracts_of_pyproject() -> None:
    """Every contract on imports in pyproject.toml is kept."""
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [linter, "--no-cache"], cwd=REPOSITORY, text=True, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


def test_a_file_is_read_in_one_go() -> None:
    """Exactly the files that are listed with a reason are longer than 300 lines."""
    longer = {
        path: len(text.splitlines())
        for path, text in python_files(*CODE_FOLDERS)
        if len(text.splitlines()) > MAX_FILE_LINES
    }
    assert longer.keys() == LONGER_FILES.keys(), longer


def test_every_test_says_what_it_holds() -> None:
    """Every test function has a docstring that states the behaviour."""
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, text in python_files("tests")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
