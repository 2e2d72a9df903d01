"""docs/coverage.md, and what it counts."""

from __future__ import annotations

import pytest

from tests.fidelity.matching import ABSENT, ANY, Exactly, Length, Listing, Near, including, problem
from tools.describe_coverage import PAGE, commands, operators, page


def test_page_is_current() -> None:
    """The page is what the tool makes of the code and the cases as they are."""
    assert PAGE.read_text() == page(), "run python -m tools.describe_coverage"


def test_every_member_and_operator_has_a_case() -> None:
    """What the server accepts is held by a case that a real Data API can run too."""
    tables = {**commands(), **operators()}
    bare = [
        f"{title}: {row.member}"
        for title, rows in tables.items()
        for row in rows
        if not row.accepted and not row.off_code
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("pattern", "found", "fits"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": ABSENT}, {"a": 1}, False),
        ({"a": ANY}, {"a": None}, True),
        ({"a": ANY}, {}, False),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 2, "d": 3}]}}, True),
        ([1, 2], [1, 2, 3], False),
        ([1, 2], [2, 1], False),
        (Exactly({"a": 1}), {"a": 1, "b": 2}, False),
        (Listing((1, 2)), [2, 1], True),
        (Listing((1, 2)), [2, 1, 3], False),
        (Listing((1, 1)), [1], False),
        (including(1), [3, 1], True),
        (including(4), [3, 1], False),
        (Near(0.5), 0.50001, True),
        (Near(0.5), 0.51, False),
        (Near(0.5), "0.5", False),
        (Length(2), [1], False),
        (1, "1", False),
    ],
)
def test_patterns_find_what_is_wrong(pattern: object, found: object, *, fits: bool) -> None:
    """An answer fits a pattern, or the problem is named."""
    assert (problem(pattern, found) is None) is fits
