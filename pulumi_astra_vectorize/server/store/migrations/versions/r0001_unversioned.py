"""Stores made before they had a version. Nothing to do: new stores are made whole."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """A store without a version is at this revision already."""
