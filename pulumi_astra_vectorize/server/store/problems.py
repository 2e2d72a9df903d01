"""The one place that knows what a database's and its disk's troubles mean for a caller."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DatabaseError, DataError, OperationalError

_FULL = ("database or disk is full", "disk I/O error")
_CORRUPT = ("malformed", "not a database")

_POSTGRES_FULL = "53100"
"""SQLSTATE disk_full."""


class StorageError(Exception):
    """The store could not do it, and nothing of it was done.

    ``code`` is STORAGE_FULL, STORAGE_CORRUPT, STORAGE_UNREACHABLE, STORAGE_FAILED or
    INVALID_REQUEST; ``http_status`` fits it.
    """

    def __init__(self, code: str, message: str, http_status: int = 500) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status


def storage_error(problem: DatabaseError) -> StorageError:
    """What to tell a caller."""
    if isinstance(problem.orig, sqlite3.Error):
        return _of_sqlite(str(problem.orig))
    return _of_postgres(problem)


def _of_sqlite(text: str) -> StorageError:
    """By the text: sqlite's error numbers are not at hand in Python 3.10."""
    if any(known in text for known in _FULL):
        return StorageError(
            "STORAGE_FULL",
            f"the data folder's disk is full or fails ({text}); nothing was written",
            http_status=507,
        )
    if any(known in text for known in _CORRUPT):
        return StorageError("STORAGE_CORRUPT", f"the data folder's store is damaged ({text})")
    return StorageError("STORAGE_FAILED", f"the store refused the operation ({text})")


def _of_postgres(problem: DatabaseError) -> StorageError:
    """What psycopg says names host and user, never a password."""
    text = str(problem.orig)
    if getattr(problem.orig, "sqlstate", None) == _POSTGRES_FULL:
        return StorageError(
            "STORAGE_FULL", "PostgreSQL's disk is full; nothing was written", http_status=507
        )
    if isinstance(problem, DataError):
        return StorageError(
            "INVALID_REQUEST", "PostgreSQL cannot keep such a text", http_status=422
        )
    if isinstance(problem, OperationalError):
        return StorageError(
            "STORAGE_UNREACHABLE", f"PostgreSQL does not answer ({text})", http_status=503
        )
    return StorageError("STORAGE_FAILED", f"the store refused the operation ({text})")
