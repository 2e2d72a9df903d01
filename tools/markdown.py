"""What the generated pages share."""

from __future__ import annotations


def row(*cells: str) -> str:
    """A line of a table."""
    escaped = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"
