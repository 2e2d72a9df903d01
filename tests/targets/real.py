"""A real target instead of the doubles, named by the environment (tests/README.md)."""

from __future__ import annotations

import os

REAL_TARGET = os.environ.get("ASTRA_VECTORIZE_TEST_TARGET")
"""`astra` or `self-hosted`; None for the doubles."""

DATABASE = os.environ.get("ASTRA_VECTORIZE_TEST_DATABASE", "library")
"""A database in which the tests may make a keyspace of their own."""

TOKEN = os.environ.get("ASTRA_VECTORIZE_TEST_TOKEN", "search-prod")
"""A user access token. On Astra: one that a person scoped to the database."""

SECRET = os.environ.get("ASTRA_VECTORIZE_TEST_SECRET", "hf_secret_of_the_targets")
"""What the embedding provider knows; on a self-hosted Data API a living one is needed."""


def the_real_one() -> dict[str, str]:
    """The config: everything but the target stands in the environment, as a program has it."""
    return {"target": str(REAL_TARGET), "databaseAlias": DATABASE}
