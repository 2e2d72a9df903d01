"""What a case is: requests to a Data API, and what must hold in its answers.

Cases say what the contract (data-api.md) says, never what our own server happened to answer.
Where a known server differs, the case says so, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tests.fidelity.matching import ABSENT, Saying

Json = dict[str, Any]

Kind = Literal["embedded", "cassandra", "hcd", "astra"]
"""The embedded server; a self-hosted Data API on OSS Cassandra 5.0, or on HCD; Astra."""

PROVIDER_KEY: Final = "(the name of a user access token)"
"""Replaced by the name of a token whose scope has the database."""

NEXT_PAGE: Final = "(the state of the next page)"
"""Replaced by the ``nextPageState`` of the answer before."""

MODEL: Final = "sentence-transformers/all-MiniLM-L6-v2"
KEYLESS: Final[Json] = {"provider": "huggingface", "modelName": MODEL}
SERVICE: Final[Json] = {**KEYLESS, "authentication": {"providerKey": PROVIDER_KEY}}

OK: Final[Json] = {"status": {"ok": 1}, "errors": ABSENT}
DONE: Final[Json] = {"errors": ABSENT}

ON_CASSANDRA: Final[dict[Kind, str]] = {
    "cassandra": "its CQL takes no nested conditions and no ranges on collections (section 8)"
}
NO_LEXICAL: Final[dict[Kind, str]] = {"astra": "lexical search and reranking are on there"}


@dataclass(frozen=True)
class Level:
    """Where general or keyspace commands go."""

    name: str


GENERAL: Final = Level("general")
KEYSPACE: Final = Level("keyspace")


@dataclass(frozen=True)
class Entity:
    """A collection or table that cases share; made, and filled, before the first of them.

    ``definition`` holds the options of createCollection, or the definition of createTable.
    """

    name: str
    kind: Literal["collection", "table"]
    definition: Json
    fill: tuple[Json, ...] = ()

    def creation(self) -> Json:
        """The command that makes it."""
        if self.kind == "collection":
            return {"createCollection": {"name": self.name, "options": self.definition}}
        return {"createTable": {"name": self.name, "definition": self.definition}}

    def removal(self) -> Json:
        """The command that drops it."""
        name = "deleteCollection" if self.kind == "collection" else "dropTable"
        return {name: {"name": self.name}}


Place = Level | Entity


@dataclass(frozen=True)
class Step:
    """A request and what must hold in its answer; ``place`` None is that of the case."""

    command: Json
    holds: object
    place: Place | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Case:
    """A behaviour of a Data API.

    ``off`` names the member (``options.lexical.enabled``), or "the command", of the last step's
    request that the case shows to be switched off on the embedded server.
    """

    name: str
    place: Place
    steps: tuple[Step, ...]
    differs_on: Mapping[Kind, str] = field(default_factory=dict[Kind, str])
    off: str = ""

    @property
    def embeds(self) -> bool:
        """Whether it needs a user access token that works."""
        made = self.place.creation() if isinstance(self.place, Entity) else {}
        return PROVIDER_KEY in json.dumps([made, *(step.command for step in self.steps)])

    def place_of(self, step: Step) -> Place:
        """Where a step of the case is sent."""
        return step.place or self.place


def case(
    name: str,
    place: Place,
    command: Json,
    holds: object,
    *more: Step,
    differs_on: Mapping[Kind, str] | None = None,
    off: str = "",
) -> Case:
    """A case whose first step is this command."""
    return Case(name, place, (Step(command, holds), *more), differs_on or {}, off)


def refused(
    code: str,
    scope: object = None,
    family: str = "REQUEST",
    status: object = ABSENT,
    says: str = "",
) -> Json:
    """The pattern of an answer that is one error of this code and no data."""
    error: Json = {"family": family, "errorCode": code, "message": Saying(says)}
    if scope is not None:
        error["scope"] = scope
    return {"errors": [error], "data": ABSENT, "status": status}


def refusals(
    subject: str,
    place: Place,
    table: Iterable[tuple[str, Json, str]],
    scope: object = None,
    then: tuple[Step, ...] = (),
) -> list[Case]:
    """Cases that differ in what is wrong: its name, the command, the code.

    ``then`` shows that nothing came of it.
    """
    return [
        case(f"{subject}: {wrong}", place, command, refused(code, scope), *then)
        for wrong, command, code in table
    ]
