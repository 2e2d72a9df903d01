"""Databases that are asleep: refused with what to do, or waited for (contract devops.md)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from pulumi_astra_vectorize.api.databases import AWAKE, Database
from pulumi_astra_vectorize.errors import RefusedError
from pulumi_astra_vectorize.settings import Settings

POLL_SECONDS = 5.0

HIBERNATED = "HIBERNATED"
"""Any request to its Data API wakes it; a parked one has to be unparked by a person."""

LOST = frozenset({"TERMINATED", "TERMINATING", "ERROR"})
"""No waiting helps."""


def wait_until_awake(
    database: Database, look: Callable[[], Database], wake: Callable[[], None], settings: Settings
) -> None:
    """Waits until a database answers, after asking a hibernated one to.

    Raises:
        RefusedError: DATABASE_NOT_ACTIVE, when ``databaseWait`` seconds are over or there is
            nothing to wait for.
    """
    seconds = settings.database_wait
    deadline = time.monotonic() + seconds
    if seconds and database.status == HIBERNATED:
        wake()
    shown = None
    while database.status not in AWAKE:
        if database.status in LOST or time.monotonic() >= deadline:
            raise _not_active(database, settings)
        if database.status != shown:
            sys.stderr.write(f"waiting for database {database.name!r}: it is {database.status}\n")
            shown = database.status
        time.sleep(min(POLL_SECONDS, seconds))
        database = look()


def _not_active(database: Database, settings: Settings) -> RefusedError:
    return RefusedError(
        "DATABASE_NOT_ACTIVE",
        f"database {database.name!r} ({database.id}) is {database.status}",
        fix="wake it (a request to its Data API resumes a hibernated one, the Astra Portal a "
        "parked one), and run the same command again. "
        f"{settings.line_to_set('database_wait', 'SECONDS')} wakes a hibernated one, and waits for "
        "either",
        source="Astra DB",
    )
