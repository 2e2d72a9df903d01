"""A vector column's definition: as written, as the server has it, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.api.recent import SHOWN_SECONDS
from pulumi_astra_vectorize.errors import ConflictError, GuardError
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.reload.column import Filling
from pulumi_astra_vectorize.resources._column_site import Site
from pulumi_astra_vectorize.resources._data_guard import refuse_unless_adopted
from pulumi_astra_vectorize.resources._place import PlacedInputs
from pulumi_astra_vectorize.resources._values import text
from pulumi_astra_vectorize.resources._vector_index import IndexInputs
from pulumi_astra_vectorize.resources.embedding_service import (
    ServiceInputs,
    default_dimension,
    from_wire,
)


class VectorColumnInputs(PlacedInputs):
    """What a user writes; ``table_generation`` is wired by the class when it is given the Table."""

    table: str
    table_generation: str = ""
    name: str
    dimension: int | None = None
    service: ServiceInputs | None = None
    index: IndexInputs | None = None
    on_change: rules.OnChange = "replace"
    reload_from: str | None = None
    adopt: bool = False
    force_destroy: bool = False

    @property
    def length(self) -> int | None:
        """The vectors' length: as written, or the model's own."""
        return self.dimension or default_dimension(self.service)

    @property
    def model(self) -> str:
        """What its vectors are made by; vectors of another model mean something else."""
        return f"{self.service.provider}/{self.service.model}" if self.service else ""

    @property
    def meaning(self) -> dict[str, object]:
        """Service and index with their defaults: the same, however they are written."""
        return {
            "service": self.service.as_user_wrote() if self.service else None,
            "index": self.index.resolved(self.table, self.name) if self.index else None,
        }


def column_problems(known: life.Properties) -> Iterator[Problem]:
    """What is wrong with the name, the dimension and the reload, as far as known."""
    name = text(known, "name")
    if name is not None and not name.strip():
        yield Problem("INVALID_NAME", ("name",), "a column needs a name")
    yield from _dimension_problems(known)
    yield from _reload_problems(known)


def _dimension_problems(known: life.Properties) -> Iterator[Problem]:
    if "service" not in known and "dimension" not in known:
        yield Problem(
            "MISSING_INPUT", ("dimension",), "write a dimension, or a service whose model has one"
        )
    dimension = known.get("dimension")
    if isinstance(dimension, int) and dimension <= 0:
        yield Problem(
            "INVALID_DIMENSION", ("dimension",), f"a dimension is at least 1, not {dimension}"
        )


def _reload_problems(known: life.Properties) -> Iterator[Problem]:
    if known.get("on_change") == "reload" and "reload_from" not in known:
        yield Problem(
            "MISSING_INPUT", ("reload_from",), "name the column of text that is embedded anew"
        )
    if known.get("on_change", "replace") == "replace" and "reload_from" in known:
        yield Problem("CONTRADICTORY_INPUTS", ("reload_from",), "needs `on_change` to be `reload`")
    if "reload_from" in known and "service" not in known:
        yield Problem(
            "MISSING_INPUT", ("service",), "a reload needs a service that embeds the text"
        )


def of_another_model(inputs: VectorColumnInputs, column: JsonObject) -> bool:
    """Whether the vectors that are there mean something else than those to come.

    Without a service they are of applications, which know what they mean.
    """
    service = from_wire(column.get("service"))
    if service is None or inputs.service is None:
        return False
    return f"{service['provider']}/{service['model']}" != inputs.model


def adopt(inputs: VectorColumnInputs, column: JsonObject, site: Site) -> None:
    """A vector column that is there may be given a service; another service is not taken away."""
    service = inputs.service.as_user_wrote() if inputs.service else None
    differing = {
        "type": (column.get("type"), "vector"),
        "dimension": (column.get("dimension"), inputs.length or column.get("dimension")),
        "service": (from_wire(column.get("service")) or service, service),
    }
    refuse_unless_adopted(
        "column",
        inputs.name,
        str(site),
        adopt=inputs.adopt,
        differences={n: pair for n, pair in differing.items() if pair[0] != pair[1]},
    )


def refuse_another_dimension(inputs: VectorColumnInputs, column: JsonObject, site: Site) -> None:
    """Raises ConflictError DIMENSION_FIXED before the database would refuse it."""
    there = column.get("dimension")
    if inputs.length not in (None, there):
        raise ConflictError(
            "DIMENSION_FIXED",
            f"{site} has vectors of {there} dimensions, and in the program {inputs.length}; the "
            "table would not take the column's name again with another dimension",
            fix="give the column another `name`, which replaces it; or write the dimension that is "
            "there",
        )


def refuse_to_forget(site: Site, filling: Filling | None, journal: Path) -> None:
    """Raises GuardError RELOAD_PENDING where nothing says any more how a reload is to end."""
    if filling is not None:
        raise GuardError(
            "RELOAD_PENDING",
            f"a reload of {site} has not ended: rows are without their vector",
            fix="write `on_change` and `reload_from` again as they were and run `pulumi up`; or "
            f"remove {journal} to leave these rows as they are",
        )


def drift(inputs: VectorColumnInputs, column: JsonObject, site: Site) -> dict[str, Any]:
    """The inputs that no longer say what is there."""
    changes: dict[str, Any] = {}
    service = from_wire(column.get("service"))
    if service != (inputs.service.as_user_wrote() if inputs.service else None):
        changes["service"] = service
    if column.get("dimension") != (inputs.length or column.get("dimension")):
        changes["dimension"] = column.get("dimension")
    index = site.index(SHOWN_SECONDS)
    if not site.index_matches(index, inputs.index):
        changes["index"] = index.as_written() if index else None
    return changes
