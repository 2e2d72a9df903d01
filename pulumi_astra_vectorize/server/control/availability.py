"""Databases that are not ACTIVE: what their Data API answers, and how they get ACTIVE again.

Vendor's page "Database statuses": a hibernated database is resumed by the first Data API request,
which is answered with 503; maintenance does not concern reads and writes, resizing limits them.
"""

from __future__ import annotations

from typing import Final

from pulumi_astra_vectorize.server.control.models import StatusChange
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import ACTIVE, Database

ANSWERING: Final = frozenset({ACTIVE, "MAINTENANCE", "RESIZING"})

WAKING: Final = {"HIBERNATED": "RESUMING"}
"""What a request does to the status of a database that it wakes."""

RESUMING: Final = "Resuming your database, please try again shortly."
"""What Astra says meanwhile; clients recognise it by these words."""


def change_status(server: ServerState, database_id: str, change: StatusChange) -> None:
    """Gives the database a status, which the DevOps API shows at once."""
    with server.store.write() as session:
        session.get_one(Database, database_id).status = change.status
        server.troubles.refusals_left.pop(database_id, None)
        if change.refusals is not None:
            server.troubles.refusals_left[database_id] = change.refusals


def refuse_request(server: ServerState, database_id: str) -> dict[str, str] | None:
    """The 503's body for one Data API request to the database; None if it is to be handled."""
    with server.store.write() as session:
        database = session.get_one(Database, database_id)
        if database.status in ANSWERING:
            return None
        database.status = WAKING.get(database.status, database.status)
        body = {"message": _message(database.status)}
        if _is_last_refusal(server, database_id):
            database.status = ACTIVE
        return body


def _message(status: str) -> str:
    return RESUMING if status == "RESUMING" else f"The database is {status}: it does not answer."


def _is_last_refusal(server: ServerState, database_id: str) -> bool:
    left = server.troubles.refusals_left
    if database_id not in left:
        return False
    left[database_id] -= 1
    return left[database_id] <= 0
