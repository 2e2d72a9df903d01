"""The README's tables of settings and of features by target say what is so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_astra_vectorize.settings import CONFIG_KEYS, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = ("local", "self-hosted", "astra")


def rows(first_column: str) -> list[list[str]]:
    """The cells of the table whose first column is called this."""
    table = README.partition(f"| {first_column} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]


def all_test_names() -> Iterator[str]:
    """The names of all test functions."""
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield node.name


def test_the_settings_are_all_there_by_key_and_variable() -> None:
    """In the order of the table no setting is missing, and none is made up."""
    written = {re.findall("`(.+?)`", key)[0]: variable for _, key, variable, _ in rows("setting")}

    assert written == {
        f"astra-vectorize:{key}": f"`{Settings.model_fields[name].validation_alias}`"
        for name, key in CONFIG_KEYS.items()
    }


def test_every_feature_is_held_by_tests_that_there_are() -> None:
    """Each row names its tests; none of them was renamed or removed."""
    named = [re.findall("`(test_.+?)`", row[-1]) for row in rows("feature")]

    assert all(named)
    assert {name for names in named for name in names} <= set(all_test_names())


@pytest.mark.parametrize("position", [1, 2, 3], ids=TARGETS)
def test_a_feature_is_there_or_not(position: int) -> None:
    """Every cell of a target begins with yes, no, with (a setting), or by whom it is done."""
    cells = [row[position] for row in rows("feature")]

    assert len(cells) >= 10
    assert all(re.match(r"(yes|no|with `|made by a person|by a person)", cell) for cell in cells)
