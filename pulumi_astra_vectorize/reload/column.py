"""Embeds a vector column anew when its model is another one; resumed after any crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from pulumi_astra_vectorize.reload.journal import Journal
from pulumi_astra_vectorize.reload.progress import Progress
from pulumi_astra_vectorize.reload.rows import Rows


class Filling(BaseModel):
    """What is said about a column whose vectors are not all there yet.

    Attributes:
        model: what the vectors are made by; those of another model are dropped again.
        dropped: the column with the old vectors is gone; what is there now are new ones.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)
    model: str
    dropped: bool = False


class Site(Protocol):
    """Where the column is."""

    def is_there(self) -> bool:
        """Whether the table has the column."""
        ...

    def drop(self) -> None:
        """Drops the column, its index first."""
        ...


class ColumnReload:
    """One filling of a column. ``run`` may be called again after it failed or was killed.

    The column is dropped and added again under its name, which the database allows for the same
    dimension only (contract data-api.md, section 7, CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN). Rows
    are only ever added to, so that nothing but vectors can be lost.
    """

    def __init__(self, site: Site, journal: Journal[Filling], progress: Progress) -> None:
        self._site = site
        self._journal = journal
        self._progress = progress

    def run(
        self, model: str, rows: Rows, *, ask: Callable[[], None], converge: Callable[[], None]
    ) -> None:
        """Takes the old vectors away, and embeds the text of every row.

        Args:
            model: what makes the new vectors.
            rows: the table's rows, known to have key and text.
            ask: raises what the server refuses the column for; changes nothing.
            converge: adds the column, with its service and index.
        """
        with self._journal.locked():
            filling = self._journal.read()
            if filling is None or filling.model != model or not filling.dropped:
                ask()
                self._take_away(model)
            converge()
            rows.embed_missing(self._progress)
            self._journal.remove()

    def _take_away(self, model: str) -> None:
        """Written down first: a kill before the drop is finished is followed by another drop."""
        self._journal.write(Filling(model=model))
        if self._site.is_there():
            self._site.drop()
        self._journal.write(Filling(model=model, dropped=True))
