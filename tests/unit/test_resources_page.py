"""docs/resources.md says what the classes take and what the diffs do."""

from __future__ import annotations

from tools.describe_resources import PAGE, page


def test_page_is_up_to_date() -> None:
    """Every input and output with its text, and every input's change asked of the diff."""
    assert PAGE.read_text() == page(), "run python -m tools.describe_resources"
