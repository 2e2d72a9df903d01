"""Embeds a vector column anew when its model is another one; resumed after any crash."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from pulumi_astra_vectorize.api.data_api import JsonObject
from pulumi_astra_vectorize.reload.journal import Journal, Place
from pulumi_astra_vectorize.reload.progress import Progress
from pulumi_astra_vectorize.reload.rows import Rows


class Filling(BaseModel):
    """What is said about a column whose vectors are not all there yet.

    Attributes:
        service: what the vectors are made by; those of another model are dropped again.
        dropped: the column with the old vectors is gone; what is there now are new ones.
    """

    model_config = ConfigDict(frozen=True)
    service: JsonObject
    dropped: bool = False


class Site(Protocol):
    """Where the column is, and what the program wants there."""

    service: JsonObject
    """The wanted embedding service, in the Data API's words."""

    def is_there(self) -> bool:
        """Whether the table has the column."""
        ...

    def drop(self) -> None:
        """Drops the column, its index first."""
        ...

    def converge(self) -> None:
        """Makes column, service and index the wanted ones."""
        ...

    def rows(self) -> Rows:
        """The table's rows."""
        ...


def journal_of(folder: Path, place: Place) -> Journal[Filling]:
    """Where it stands how far a column's filling has come."""
    return Journal(folder, place, Filling)


def refill(site: Site, journal: Journal[Filling], progress: Progress) -> None:
    """Takes the column's old vectors away and embeds the text of every row anew.

    May be called again after it failed or was killed, wherever that was. The column is dropped and
    added again under its name, which the database allows for the same dimension only (contract
    data-api.md, section 7, CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN).
    """
    with journal.locked():
        filling = journal.read()
        if filling is None or filling.service != site.service:
            filling = Filling(service=site.service)
            journal.write(filling)
        if not filling.dropped and site.is_there():
            site.drop()
        _fill(site, journal, progress)


def fill_new(site: Site, journal: Journal[Filling], progress: Progress) -> None:
    """Adds the column, which is not there yet, and embeds the text of every row."""
    with journal.locked():
        _fill(site, journal, progress)


def _fill(site: Site, journal: Journal[Filling], progress: Progress) -> None:
    journal.write(Filling(service=site.service, dropped=True))
    site.converge()
    site.rows().embed_missing(progress)
    journal.remove()
