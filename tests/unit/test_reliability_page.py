"""docs/reliability.md names tests: each of them has to exist."""

from __future__ import annotations

import re

import pytest

from tests.unit.test_rules_page import ROOT, defines

PAGE = (ROOT / "docs" / "reliability.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", PAGE)))
POINTS = re.findall(r"^(\d+)\. \*\*", PAGE, re.MULTILINE)


def test_all_points_are_answered() -> None:
    """The standard set has seventeen."""
    assert [str(number) for number in range(1, 18)] == POINTS


@pytest.mark.parametrize("test", [name for name in NAMED if not name.startswith("bench/")])
def test_named_test_exists(test: str) -> None:
    """A promise without its test is one that nobody keeps."""
    assert defines("tests", test), f"no {test}"
