"""Integrations, tokens and scopes on Astra: a person makes them, the provider proves them.

Astra has no public API for them (contract devops.md). What can be learnt is, database by database,
whether a token is usable there (contract credentials.md, the probe that creates nothing).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.databases import AWAKE, Database
from pulumi_astra_vectorize.api.portal_memory import PortalMemory, Rotation
from pulumi_astra_vectorize.api.portal_steps import (
    add_database_steps,
    add_token_steps,
    numbered,
    remove_database_steps,
    remove_token_steps,
)
from pulumi_astra_vectorize.errors import ConflictError, RefusedError
from pulumi_astra_vectorize.settings import Settings

POLL_SECONDS = 2.0

PREFIX = "portal:"
"""Of a token's id here: the Portal tells none, so it is made of the name."""


@dataclass(frozen=True)
class ProvenIntegration:
    """An integration that its tokens prove; by itself it cannot be seen."""

    active: bool = False


@dataclass(frozen=True)
class ProvenToken:
    """A token that is usable in these databases (ids)."""

    id: str
    databases: list[str] = field(default_factory=list[str])

    @property
    def generation(self) -> str:
        """Another secret under the same name cannot be told from the old one."""
        return self.id


class Portal:
    """What a person does in the Astra Portal, shown as steps and proven by probes.

    Args:
        databases: asks for the databases of the organisation.
        data_api: the Data API of one of them.
        memory: of rotations that take several runs.
        settings: say how long to wait for the person; 0 shows the steps and stops.
    """

    by_hand = True

    def __init__(
        self,
        databases: Callable[[], list[Database]],
        data_api: Callable[[Database], DataApi],
        memory: PortalMemory,
        settings: Settings,
    ) -> None:
        self._databases = databases
        self._data_api = data_api
        self._memory = memory
        self._settings = settings

    def integration(self, provider: str, within: float = 0) -> ProvenIntegration:
        """It is added with its first token: all that can be asked for is whether Astra answers."""
        self._databases()
        return ProvenIntegration()

    def add_integration(self, provider: str) -> None:
        """Added with its first token."""

    def remove_integration(self, provider: str) -> None:
        """Removed with its last token."""

    def token(self, provider: str, name: str, within: float = 0) -> ProvenToken | None:
        """The token, if a database that is awake can use it; see ``unseen`` for the others."""
        usable = [db.id for db in self._awake() if self._is_usable(db, provider, name)]
        if usable:
            return ProvenToken(PREFIX + name, usable)
        self._note_removal(provider, name)
        return None

    def unseen(self) -> frozenset[str]:
        """Ids of databases that are asleep: what they can use is unknown until they wake."""
        return frozenset(db.id for db in self._databases() if db.status not in AWAKE)

    def token_to_scope(self, provider: str, name: str, within: float = 0) -> ProvenToken:
        """The token, even if no database can use it yet."""
        return self.token(provider, name) or ProvenToken(PREFIX + name)

    def add_token(
        self, provider: str, name: str, secret: str, databases: Sequence[str]
    ) -> ProvenToken:
        """Waits until the token is usable in these databases, or in any if none is named."""
        names = self._awake_names(databases)
        steps = add_token_steps(provider, name, names)

        def missing() -> str | None:
            there = self.token_to_scope(provider, name)
            if databases:
                return self._unusable(there, databases)
            return None if there.databases else "a database that can use it"

        self._prove(f"user access token {name!r} of {provider!r}", steps, missing)
        return self.token_to_scope(provider, name)

    def replace_secret(self, provider: str, token_id: str, secret: str) -> ProvenToken:
        """Refused: the Portal knows only removal and recreation."""
        raise ConflictError(
            "NOT_ON_THIS_TARGET",
            f"the secret of {token_id.removeprefix(PREFIX)!r} cannot be replaced in place on Astra",
            fix='leave out `rotation="in_place"`',
        )

    def remove_token(
        self, provider: str, token_id: str, name: str, *, rotating: bool = False
    ) -> None:
        """Waits until no database can use the token; its scope is remembered before.

        A removal that an earlier run of the same rotation has seen is not asked for again: what is
        there now is the token's successor. Of a token that no database can use nothing can be
        proven: the steps are shown.
        """
        seen = self._memory.recall(provider, name)
        if seen is not None and seen.removed:
            return
        scope = self.token_to_scope(provider, name).databases
        if not scope and seen is None:
            _say(f"if user access token {name!r} is still there, remove it", provider, name)
            return
        known = seen.databases if seen else []
        databases = [*dict.fromkeys([*known, *scope])]
        self._memory.keep(provider, name, Rotation(databases=databases))

        def still_there() -> str | None:
            there = self.token(provider, name)
            return None if there is None else f"its absence from {self._names(there.databases)}"

        steps = remove_token_steps(provider, name)
        self._prove(f"the removal of user access token {name!r}", steps, still_there)

    def retired_scope(self, provider: str, name: str, token_id: str) -> list[str]:
        """The databases of a rotation on its way: ids tell no token from its successor."""
        return self.outstanding_scope(provider, name)

    def outstanding_scope(self, provider: str, name: str) -> list[str]:
        """The databases of a rotation on its way."""
        rotation = self._memory.recall(provider, name)
        return rotation.databases if rotation else []

    def give_up_rotation(self, provider: str, name: str) -> None:
        """Forgets the rotation."""
        self._memory.forget(provider, name)

    def finish_rotation(self, provider: str, name: str) -> None:
        """Forgets the rotation."""
        self._memory.forget(provider, name)

    def add_to_scope(self, provider: str, token_id: str, databases: Sequence[str]) -> None:
        """Waits until the token is usable in these databases."""
        if not databases:
            return
        name = token_id.removeprefix(PREFIX)
        names = self._awake_names(databases)
        steps = add_database_steps(provider, name, names)
        self._prove(
            f"the scope of user access token {name!r}",
            steps,
            lambda: self._unusable(self.token_to_scope(provider, name), databases),
        )

    def remove_from_scope(
        self, provider: str, token_id: str, database_id: str, database_name: str
    ) -> None:
        """Waits until the database cannot use the token."""
        name = token_id.removeprefix(PREFIX)
        self._awake_names([database_id])

        def still_there() -> str | None:
            there = self.token_to_scope(provider, name).databases
            return f"its absence from {database_name}" if database_id in there else None

        steps = remove_database_steps(provider, name, database_name)
        self._prove(f"the scope of user access token {name!r}", steps, still_there)

    def _prove(self, what: str, steps: Sequence[str], missing: Callable[[], str | None]) -> None:
        """Waits for the person; raises RefusedError PORTAL_STEPS_NEEDED when time is up."""
        seconds = self._settings.portal_wait
        deadline = time.monotonic() + seconds
        shown = None
        while (lacking := missing()) is not None:
            if time.monotonic() >= deadline:
                raise _steps_needed(what, lacking, steps, self._settings)
            if lacking != shown:
                sys.stderr.write(f"waiting for {what}: missing is {lacking}. {numbered(steps)}\n")
                shown = lacking
            time.sleep(min(POLL_SECONDS, seconds))

    def _note_removal(self, provider: str, name: str) -> None:
        """A rotation on its way has got as far as the removal."""
        rotation = self._memory.recall(provider, name)
        if rotation is not None and not rotation.removed:
            removed = rotation.model_copy(update={"removed": True})
            self._memory.keep(provider, name, removed)

    def _unusable(self, there: ProvenToken, databases: Sequence[str]) -> str | None:
        missing = [identifier for identifier in databases if identifier not in there.databases]
        return self._names(missing) if missing else None

    def _awake(self) -> list[Database]:
        return [db for db in self._databases() if db.status in AWAKE and db.info.keyspaces]

    def _named(self, identifiers: Sequence[str]) -> list[Database]:
        return [db for db in self._databases() if db.id in identifiers]

    def _awake_names(self, identifiers: Sequence[str]) -> list[str]:
        """The databases' names; one that is asleep could prove nothing, and is refused."""
        named = self._named(identifiers)
        for database in named:
            self._data_api(database)
        return [database.name for database in named]

    def _names(self, identifiers: Sequence[str]) -> str:
        return ", ".join(db.name for db in self._named(identifiers))

    def _is_usable(self, database: Database, provider: str, name: str) -> bool:
        keyspaces = database.info.keyspaces
        default = rules.DEFAULT_KEYSPACE
        keyspace = default if default in keyspaces else keyspaces[0]
        return self._data_api(database).credential_is_usable(keyspace, provider, name)


def _say(what: str, provider: str, name: str) -> None:
    sys.stderr.write(f"{what}: {numbered(remove_token_steps(provider, name))}\n")


def _steps_needed(
    what: str, lacking: str, steps: Sequence[str], settings: Settings
) -> RefusedError:
    return RefusedError(
        "PORTAL_STEPS_NEEDED",
        f"{what} is not proven: missing is {lacking}. Astra has no API for this, only its Portal",
        fix=f"{numbered(steps)}; then run `pulumi up` again. "
        f"{settings.line_to_set('portal_wait', 'SECONDS')} makes it wait for you",
        source="Astra DB",
    )
