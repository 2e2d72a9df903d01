"""What a reload does next, decided by what is there and by nothing else."""

from __future__ import annotations

from enum import Enum, auto

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.reload.spool import Manifest


class Plan(Enum):
    """The part of a reload that is left to do."""

    NOTHING = auto()
    """The collection is as wanted, with all its documents."""
    CREATE = auto()
    """There is nothing at all: an empty collection it is."""
    EXPORT = auto()
    """The collection is the truth: export, drop, create, load."""
    LOAD = auto()
    """The spool is the truth: create the collection if it is missing, load what it misses."""
    START_OVER = auto()
    """The spool is the truth, and a half-loaded collection is not the wanted one: drop it first."""


def plan(manifest: Manifest | None, there: JsonObject | None, *, wanted: bool) -> Plan:
    """What is left to do.

    Args:
        manifest: of a complete spool, if there is one.
        there: the options of the collection that is there, or None.
        wanted: whether these are the ones that the program asks for.
    """
    if manifest is None:
        if there is None:
            return Plan.CREATE
        return Plan.NOTHING if wanted else Plan.EXPORT
    if not manifest.dropped and there == manifest.definition:  # it may have changed since
        return Plan.NOTHING if wanted else Plan.EXPORT
    return Plan.LOAD if there is None or wanted else Plan.START_OVER
