"""The registry of commands: each names its level, its request model and its handler."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.envelope import Failure, Reply
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import Database, Entity, Keyspace

Level = Literal["general", "keyspace", "data"]
Kind = Literal["collection", "table"]

_DEFINITION = select(Entity.definition).where(Entity.id == bindparam("id"))
_KEYSPACE = select(Keyspace.name).where(
    Keyspace.database_id == bindparam("database_id"), Keyspace.name == bindparam("name")
)
"""Made once: to make a statement takes as long as to have it answered."""


class Command(BaseModel):
    """The base of all request models: camelCase on the wire, unknown members refused.

    A model without a member ``options`` is a command that takes none (COMMAND_ACCEPTS_NO_OPTIONS).
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    fields_in_errors: ClassVar[dict[str, str]] = {}
    """Members that the vendor's messages call otherwise: ``filter`` -> ``filterDefinition``."""

    @classmethod
    def unknown_member(cls, path: tuple[str | int, ...]) -> Failure:
        """The refusal of the unknown member at ``path`` (contract data-api.md, section 1)."""
        return Failure(
            "COMMAND_FIELD_UNKNOWN",
            f"Command field '{path[-1]}' is not recognized (at '{cls.field_name(path)}').",
        )

    @classmethod
    def field_name(cls, path: tuple[str | int, ...]) -> str:
        """How error messages name a member: ``command.documents[0]``."""
        shown = "command"
        for step in path:
            shown += (
                f"[{step}]" if isinstance(step, int) else f".{cls.fields_in_errors.get(step, step)}"
            )
        return shown


class ChangedMeanwhileError(Exception):
    """What a command is addressed to is gone, or is not defined as it was when the command began.

    It is no refusal yet: the dispatcher looks at what is there now.
    """


@dataclass(frozen=True)
class Call:
    """One command on its way: where it is addressed and who sent it.

    ``keyspace`` is set from the keyspace level on, ``entity`` on the data level.
    ``embedding_key`` is the header ``x-embedding-api-key`` (None when absent, may be empty).
    ``token`` is the caller's Data API token, whole. ``moment`` is when the address was looked up,
    see ``Store.is_as_seen``.
    """

    server: ServerState
    database: Database
    keyspace: str = ""
    entity: Entity | None = None
    embedding_key: str | None = field(default=None, repr=False)
    token: str = field(default="", repr=False)
    moment: int = -1

    @property
    def target(self) -> Entity:
        """The collection or table that a data-level command is addressed to."""
        if self.entity is None:
            raise AssertionError("only data-level commands have a target")
        return self.entity

    @contextmanager
    def write(self) -> Generator[Session, None, None]:
        """The transaction that a command's changes go through; see ``Store.write``.

        Between the look at the target and this, vectors may have been waited for: so the target is
        looked at again, and stays as it is until the commit. Raises ChangedMeanwhileError.
        """
        with self.server.store.write() as session:
            self.check_target(session)
            yield session

    def check_target(self, session: Session) -> None:
        """Raises ChangedMeanwhileError unless the target is what it was when the command began.

        By its number and definition: one that was created anew under the same name is another.
        """
        if not self._stands(session):
            raise ChangedMeanwhileError

    def _stands(self, session: Session) -> bool:
        if self.entity is not None:
            found = session.connection().scalar(_DEFINITION, {"id": self.entity.id})
            return bool(found == self.entity.definition)
        place = {"database_id": self.database.id, "name": self.keyspace}
        return not self.keyspace or session.connection().scalar(_KEYSPACE, place) is not None


Handler = Callable[[Call, Any], Reply]


@dataclass(frozen=True)
class Registration:
    """A command as the dispatcher finds it; ``reads`` if it writes nothing."""

    name: str
    level: Level
    kind: Kind | None
    request: type[Command]
    handler: Handler
    reads: bool


REGISTRY: dict[tuple[str, Kind | None], Registration] = {}
"""By name and, for data-level commands, by what they are addressed to."""

RequestT = TypeVar("RequestT", bound=Command)


def command(
    name: str,
    level: Level,
    request: type[RequestT],
    kind: Kind | None = None,
    *,
    reads: bool = False,
) -> Callable[[Callable[[Call, RequestT], Reply]], Callable[[Call, RequestT], Reply]]:
    """Registers a handler under the command's name on the wire.

    ``reads``: of the store it reads only. Its target is looked at again after it; a handler that
    writes has to write through ``Call.write``, which looks before.
    """

    def register(handler: Callable[[Call, RequestT], Reply]) -> Callable[[Call, RequestT], Reply]:
        erased = cast("Handler", handler)
        REGISTRY[name, kind] = Registration(name, level, kind, request, erased, reads)
        return handler

    return register
