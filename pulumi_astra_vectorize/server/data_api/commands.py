"""The registry of commands: each names its level, its request model and its handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from pulumi_astra_vectorize.server.data_api.envelope import Failure, Reply
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import Database, Entity

Level = Literal["general", "keyspace", "data"]
Kind = Literal["collection", "table"]


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


@dataclass(frozen=True)
class Call:
    """One command on its way: where it is addressed and who sent it.

    ``keyspace`` is set from the keyspace level on, ``entity`` on the data level.
    ``embedding_key`` is the header ``x-embedding-api-key`` (None when absent, may be empty).
    ``token`` is the caller's Data API token, whole.
    """

    server: ServerState
    database: Database
    keyspace: str = ""
    entity: Entity | None = None
    embedding_key: str | None = None
    token: str = ""

    @property
    def target(self) -> Entity:
        """The collection or table that a data-level command is addressed to."""
        if self.entity is None:
            raise AssertionError("only data-level commands have a target")
        return self.entity


Handler = Callable[[Call, Any], Reply]


@dataclass(frozen=True)
class Registration:
    """A command as the dispatcher finds it."""

    name: str
    level: Level
    kind: Kind | None
    request: type[Command]
    handler: Handler


REGISTRY: dict[tuple[str, Kind | None], Registration] = {}
"""By name and, for data-level commands, by what they are addressed to."""

RequestT = TypeVar("RequestT", bound=Command)


def command(
    name: str, level: Level, request: type[RequestT], kind: Kind | None = None
) -> Callable[[Callable[[Call, RequestT], Reply]], Callable[[Call, RequestT], Reply]]:
    """Registers a handler under the command's name on the wire."""

    def register(handler: Callable[[Call, RequestT], Reply]) -> Callable[[Call, RequestT], Reply]:
        REGISTRY[name, kind] = Registration(name, level, kind, request, cast("Handler", handler))
        return handler

    return register
