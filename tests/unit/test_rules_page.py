"""docs/rules.md ties rules, places and tests: each of them has to exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| .+? \| `(?P<place>[\w/.:]+)` \| `(?P<test>[\w/.:]+)` \|$", re.MULTILINE)
RULES, DIFFERENCES = "| rule | place | test |", "## Where the page and the observed server differ"
PAGE = (ROOT / "docs" / "rules.md").read_text()
ROWS = ROW.findall(PAGE)


def defines(folder: str, reference: str) -> bool:
    """Whether a file is there, and defines what is named behind the colons."""
    path, _, name = reference.partition("::")
    file = ROOT / folder / path
    defined = rf"^ *(def {name}\(|class {name}\b|{name}\b.* = )"
    return file.exists() and (
        not name or re.search(defined, file.read_text(), re.MULTILINE) is not None
    )


def test_every_rule_is_tied() -> None:
    """No row of the rules' tables is of another form, which the next test would pass over."""
    tables, _, _ = PAGE.partition(DIFFERENCES)
    lines = [line for line in tables.splitlines() if line.startswith("| ")]
    heads = 2 * lines.count(RULES)

    assert len(ROWS) == len(lines) - heads
    assert heads > 10


@pytest.mark.parametrize(("place", "test"), ROWS)
def test_row_names_what_exists(place: str, test: str) -> None:
    """A rule without its place or its test is a rule nobody keeps; a whole file is no test."""
    assert "::" in test
    assert defines("pulumi_astra_vectorize", place), f"no {place}"
    assert defines("tests", test), f"no {test}"
