"""Where a resource is: the database it was created in, whatever the program calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.reload.journal import Place
from pulumi_astra_vectorize.resources._values import database_reference, listed, text

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import Settings

PLACE = frozenset({"target", "database", "keyspace", "name"})
"""Inputs that say where a thing is: elsewhere is another thing."""


PARENT = "parent_database"
"""The database of a Keyspace or Table that was handed over: as written, its id, its name."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class PlacedInputs(life.ResourceInputs):
    """Where in a database something stands; ``parent_database`` is wired by the class."""

    database: str
    keyspace: str = rules.DEFAULT_KEYSPACE
    parent_database: list[str | None] | None = None


def place_problems(known: life.Properties) -> Iterator[Problem]:
    """What is wrong with the database, also beside that of the Keyspace or Table."""
    yield from database_reference(known)
    database, parent = text(known, "database"), listed(known, PARENT) or []
    written = next((str(it) for it in parent if it), None)
    if database is None or written is None or database in parent:
        return
    if None not in parent or _is_id(database) == _is_id(written):
        wrong = f"{database!r} is not the database of the keyspace or table, which is {written!r}"
        yield Problem("CONTRADICTORY_INPUTS", ("database",), wrong)


class Parent(Protocol):
    """A resource that others stand in."""

    database: pulumi.Output[str]
    database_id: pulumi.Output[str]
    database_name: pulumi.Output[str]


def database_of_parent(parent: Parent) -> list[pulumi.Output[str]]:
    """The database of what was handed over, as the input that is compared."""
    return [parent.database, parent.database_id, parent.database_name]


def _is_id(reference: str) -> bool:
    return _ID.fullmatch(reference) is not None


class Placed(Protocol):
    """Outputs that remember their database."""

    @property
    def database_id(self) -> str:
        """Its id."""
        ...

    @property
    def database_name(self) -> str:
        """Its name when last seen."""
        ...


def reload_place(settings: Settings, database_id: str, *path: str) -> Place:
    """Where a reload is: by the database's id, which every self-hosted cluster shares.

    That one is told from others by the address that it is reached at.
    """
    if settings.target == "self-hosted":
        return Place(settings.data_api_address(), path)
    return Place(database_id, path)


def same_database(outputs: Placed, reference: str) -> bool:
    """Whether a name or id still means the database that the resource is in."""
    return reference in (outputs.database_id, outputs.database_name)


def moved(outputs: Placed, changed: frozenset[str], reference: str) -> frozenset[str]:
    """The changed inputs that mean another place: the same database by id or name is none."""
    return changed - {"database"} if same_database(outputs, reference) else changed


def database_of(outputs: Placed, target: Target) -> Database | None:
    """The resource's database; None when it is gone, and the resource with it."""
    databases = target.databases()
    return next((db for db in databases if db.id == outputs.database_id), None)
