"""The one place that knows what sqlite's and the disk's troubles mean for a caller."""

from __future__ import annotations

from sqlalchemy.exc import DatabaseError

_FULL = ("database or disk is full", "disk I/O error")
_CORRUPT = ("malformed", "not a database")


class StorageError(Exception):
    """The store could not do it, and nothing of it was done.

    ``code`` is STORAGE_FULL, STORAGE_CORRUPT or STORAGE_FAILED; ``http_status`` fits it.
    """

    def __init__(self, code: str, message: str, http_status: int = 500) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status


def storage_error(problem: DatabaseError) -> StorageError:
    """What to tell a caller; sqlite's error numbers are not at hand in Python 3.10."""
    text = str(problem.orig)
    if any(known in text for known in _FULL):
        return StorageError(
            "STORAGE_FULL",
            f"the data folder's disk is full or fails ({text}); nothing was written",
            http_status=507,
        )
    if any(known in text for known in _CORRUPT):
        return StorageError("STORAGE_CORRUPT", f"the data folder's store is damaged ({text})")
    return StorageError("STORAGE_FAILED", f"the store refused the operation ({text})")
