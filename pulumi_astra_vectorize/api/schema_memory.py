"""What a database's keyspaces hold, as far as this process has seen or made it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Literal, cast

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.api.explanations import Explanations
from pulumi_astra_vectorize.api.recent import Recent

Entities = dict[str, JsonObject]
"""Explained definitions by name."""

Kind = Literal["collections", "tables"]


class SchemaMemory:
    """The recent lists of one database. All methods may be called from any thread.

    What this process changes is entered into the list, where the database has explained something
    equal before; else the list is dropped, and what the next one says is learned.
    """

    def __init__(self) -> None:
        self._lists: Recent[Entities] = Recent()
        self._explanations = Explanations()
        self._guard = threading.Lock()
        self._awaited: dict[tuple[Kind, str, tuple[str, ...]], JsonObject] = {}
        """Definitions whose explanation the next list has, at this path in it."""

    def entities(
        self, kind: Kind, keyspace: str, ask: Callable[[], Entities], within: float
    ) -> Entities:
        """What a keyspace holds, at most ``within`` seconds old; shared, so not to be changed."""

        def ask_and_learn() -> Entities:
            found = ask()
            self._learn(kind, keyspace, found)
            return found

        return self._lists.get((kind, keyspace), ask_and_learn, within)

    def created(self, kind: Kind, keyspace: str, name: str, sent: JsonObject) -> None:
        """Notes a new collection or table."""
        explained = self._explained(kind, keyspace, (name,), sent)
        if explained is None:
            self.lost(kind, keyspace)
        else:
            self._lists.change((kind, keyspace), lambda there: {**there, name: explained})

    def removed(self, keyspace: str, name: str) -> None:
        """Notes that nothing has this name any more; collections and tables share their names."""
        for kind in ("collections", "tables"):
            self._lists.change((kind, keyspace), lambda there: _without(there, [name]))

    def columns_added(self, keyspace: str, table: str, columns: JsonObject) -> None:
        """Notes new columns of a table."""
        found = {
            name: self._explained("tables", keyspace, (table, "columns", name), column)
            for name, column in columns.items()
        }
        known = {name: column for name, column in found.items() if column is not None}
        if len(known) < len(columns):
            self.lost("tables", keyspace)
        else:
            self._change_columns(keyspace, table, lambda there: {**there, **known})

    def columns_dropped(self, keyspace: str, table: str, columns: Iterable[str]) -> None:
        """Notes that a table has these columns no more."""
        self._change_columns(keyspace, table, lambda there: _without(there, columns))

    def lost(self, kind: Kind, keyspace: str) -> None:
        """Notes a change whose outcome only the database can tell."""
        self._lists.drop((kind, keyspace))

    def _change_columns(
        self, keyspace: str, table: str, change: Callable[[JsonObject], JsonObject]
    ) -> None:
        def changed(there: Entities) -> Entities | None:
            if table not in there:
                return None
            definition = there[table]
            columns = change(definition["columns"])
            return {**there, table: {**definition, "columns": columns}}

        self._lists.change(("tables", keyspace), changed)

    def _explained(
        self, kind: Kind, keyspace: str, path: tuple[str, ...], sent: JsonObject
    ) -> JsonObject | None:
        explained = self._explanations.of(sent)
        if explained is None:
            with self._guard:
                self._awaited[kind, keyspace, path] = sent
        return explained

    def _learn(self, kind: Kind, keyspace: str, found: Entities) -> None:
        with self._guard:
            awaited = {
                key: sent for key, sent in self._awaited.items() if key[:2] == (kind, keyspace)
            }
            for key, sent in awaited.items():
                explained = _at(found, key[2])
                if explained is not None:
                    self._explanations.learn(sent, explained)
                    del self._awaited[key]


def _at(value: JsonObject, path: Iterable[str]) -> JsonObject | None:
    for step in path:
        value = cast(JsonObject, value.get(step) or {})
    return value or None


def _without(there: JsonObject, names: Iterable[str]) -> JsonObject:
    gone = set(names)
    return {name: value for name, value in there.items() if name not in gone}
