"""Types of columns: provider and server have one list of them."""

from __future__ import annotations

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.server.data_api.tables.scalars import PARSERS


def test_server_creates_the_types_that_a_preview_accepts() -> None:
    """Contract data-api.md, section 7; each one has a parser of its values."""
    assert PARSERS.keys() == rules.SCALAR_TYPES
