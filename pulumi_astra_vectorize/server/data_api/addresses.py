"""Where the Data API's paths lead: a database by its port, and a keyspace or what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from cachetools import LRUCache
from sqlalchemy import bindparam, select

from pulumi_astra_vectorize.server.data_api.dispatch import Target, find_target
from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.server.store.store import Store

BY_PORT = select(Database).where(Database.port == bindparam("port"))
"""Made once: to make a statement takes as long as to have it answered."""

REMEMBERED = 1024
"""Paths, the latest ones: as many as a client may ask one after the other, and asks again."""

Address = tuple[int, tuple[str, ...]]


class Addresses:
    """Finds what a path names; what was found is not looked up again before anything is written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: LRUCache[Address, Target] = LRUCache(REMEMBERED)
        self._using = Lock()

    def find(self, port: int, segments: Sequence[str]) -> Target | None:
        """The target of a path in the database of that port; None on a port that has none."""
        address = (port, tuple(segments))
        with self._using:
            found = self._found.get(address)
        if found is not None and self._store.is_as_seen(found.moment):
            return found
        return self._look_up(address)

    def _look_up(self, address: Address) -> Target | None:
        port, segments = address
        with self._store.read() as session:
            database = session.scalar(BY_PORT, {"port": port})
            if database is None:
                return None
            target = find_target(session, database, segments)
        if target.refusal is None:  # one that was raised holds on to those who raised it
            with self._using:
                self._found[address] = target
        return target
