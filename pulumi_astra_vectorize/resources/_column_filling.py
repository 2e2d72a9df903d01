"""Makes a vector column what the program says, with the vectors of the rows that are there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.reload.column import ColumnReload, Filling
from pulumi_astra_vectorize.reload.journal import Journal
from pulumi_astra_vectorize.reload.progress import ProgressLines
from pulumi_astra_vectorize.resources._column_definition import (
    VectorColumnInputs,
    of_another_model,
    refuse_another_dimension,
    refuse_to_forget,
)
from pulumi_astra_vectorize.resources._column_site import Site
from pulumi_astra_vectorize.resources._place import reload_place

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import Settings


def bring_up(
    site: Site, inputs: VectorColumnInputs, there: JsonObject | None, target: Target
) -> None:
    """Makes the column what the program says; may be called again after it failed or was killed."""

    def converge() -> None:
        with target.schema_change(site.database):
            if not site.add_if_missing(inputs.dimension, inputs.service):
                site.set_service(inputs.service)
                site.set_index(inputs.index)
            elif inputs.index is not None:
                site.create_index(inputs.index)

    if there is not None:
        refuse_another_dimension(inputs, there, site)
    journal = journal_of(site.database.id, inputs, target.settings)
    filling = journal.read()
    if inputs.reload_from is None:
        refuse_to_forget(site, filling, journal.path)
        converge()
    elif there is None or filling is not None or of_another_model(inputs, there):
        reload = ColumnReload(site, journal, ProgressLines(f"reload of {site}"))
        rows = site.rows(inputs.reload_from)
        ask = partial(site.check, inputs.dimension, inputs.service)
        reload.run(inputs.model, rows, ask=ask, converge=converge)
    else:
        converge()


def journal_of(
    database_id: str, inputs: VectorColumnInputs, settings: Settings
) -> Journal[Filling]:
    """What is said about a column whose vectors are not all there yet."""
    place = reload_place(settings, database_id, inputs.keyspace, inputs.table, inputs.name)
    return Journal(settings.spool_folder, place, Filling)
