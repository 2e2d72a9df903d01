"""Writes docs/coverage.md: each command and member of the Data API, from the code and the cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from pulumi_astra_vectorize.server.data_api.collections import filters, update_operators
from pulumi_astra_vectorize.server.data_api.commands import REGISTRY, Command, Registration
from pulumi_astra_vectorize.server.data_api.dispatch import COMMAND_PACKAGES
from pulumi_astra_vectorize.server.data_api.tables import alter_table
from pulumi_astra_vectorize.server.data_api.tables import filters as table_filters
from pulumi_astra_vectorize.server.data_api.tables import updates as table_updates
from tests.fidelity.all_cases import CASES
from tests.fidelity.cases import Case, Entity, Json, Place, Step
from tools.markdown import row

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"

INTRODUCTION = """\
# What the embedded server covers

<!-- Made by tools/describe_coverage.py from the commands and from tests/fidelity: change those. -->

Every command that the embedded server knows, with every member of its request. In brackets: how
many requests of the fidelity suite have it and are accepted; they run unchanged against a real
Data API. What is refused names its error code. [differences.md](differences.md) says where the
embedded server behaves otherwise than a real Data API.
"""

REGISTERED_BY = COMMAND_PACKAGES
"""Importing these has filled the registry."""

OFF_COMMAND = "the command"

Names = tuple[str, ...]
"""A member's name on the wire, and its older names."""


@dataclass(frozen=True)
class Request:
    """One request of a case: what is sent where, and how it is answered."""

    name: str
    value: Json
    kind: str | None
    accepted: bool
    off: str
    code: str


@dataclass(frozen=True)
class Row:
    """A member, the requests that have it, and those that show it to be switched off."""

    member: str
    accepted: int
    off_code: str

    @property
    def shown(self) -> str:
        """The line of the page's table."""
        if self.off_code:
            answer = f"refused: `{self.off_code}`" + (" (off is accepted)" * bool(self.accepted))
        else:
            answer = f"covered ({self.accepted})" if self.accepted else "no case"
        return row(f"`{self.member}`", answer)


def requests() -> list[Request]:
    """All requests of all cases."""
    return [_request(case, step) for case in CASES for step in case.steps]


def _request(case: Case, step: Step) -> Request:
    ((name, value),) = step.command.items()
    errors = cast("Json", step.holds).get("errors")
    refused = isinstance(errors, list) and "insertedIds" not in str(step.holds)
    code = cast("list[Json]", errors)[0]["errorCode"] if isinstance(errors, list) else ""
    off = case.off if step is case.steps[-1] else ""
    return Request(name, value, _kind(case.place_of(step)), not refused, off, code)


def _kind(place: Place) -> str | None:
    return place.kind if isinstance(place, Entity) else None


def members(model: type[Command], above: tuple[Names, ...] = ()) -> Iterator[tuple[Names, ...]]:
    """The path of every member of a request, parents first."""
    for name, field in model.model_fields.items():
        path = (*above, _names(name, field))
        yield path
        nested = _nested(field.annotation)
        if nested is not None:
            yield from members(nested, path)


def _names(name: str, field: FieldInfo) -> Names:
    if isinstance(field.validation_alias, AliasChoices):
        return tuple(str(choice) for choice in field.validation_alias.choices)
    return (field.alias or name,)


def _nested(annotation: Any) -> type[Command] | None:
    candidates = (annotation, *get_args(annotation))
    found = (it for it in candidates if isinstance(it, type) and issubclass(it, Command))
    return next(found, None)


def has_member(value: object, path: Sequence[Names]) -> bool:
    """Whether a request has the member at this path, under any of its names."""
    if not path:
        return True
    if not isinstance(value, dict):
        return False
    holder = cast("Json", value)
    return any(name in holder and has_member(holder[name], path[1:]) for name in path[0])


def rows_of(registration: Registration) -> list[Row]:
    """The rows of one command: itself, then its members."""
    of_command = [
        it for it in requests() if it.name == registration.name and it.kind == registration.kind
    ]
    paths: list[tuple[Names, ...]] = [(), *members(registration.request)]
    return [_row(path, of_command) for path in paths]


def _row(path: tuple[Names, ...], of_command: Iterable[Request]) -> Row:
    name = ".".join(" / ".join(names) for names in path) or OFF_COMMAND
    having = [it for it in of_command if has_member(it.value, path)]
    off_codes = [it.code for it in having if it.off in {name, OFF_COMMAND}]
    accepted = sum(it.accepted for it in having)
    return Row(name, accepted, next(iter(off_codes), ""))


def operator_rows(kind: str, member: str, names: Iterable[str]) -> list[Row]:
    """The operators that stand in one member of the commands on a collection or table.

    Beside those that the server knows, the vendor's that a case shows to be switched off.
    """
    of_kind = [it for it in requests() if it.kind == kind]
    values = [it.value.get(member) for it in of_kind if it.accepted]
    off = {it.off: it.code for it in of_kind if it.off and it.off in (it.value.get(member) or ())}
    return [
        Row(name, sum(_holds(value, name) for value in values), off.get(name, ""))
        for name in sorted({*names, *off})
    ]


def _holds(value: object, name: str) -> bool:
    if isinstance(value, list):
        return any(_holds(element, name) for element in cast("list[object]", value))
    if not isinstance(value, dict):
        return False
    holder = cast("Json", value)
    return name in holder or any(_holds(inner, name) for inner in holder.values())


RELATIONS = ("$and", "$or", "$not")


def operators() -> dict[str, list[Row]]:
    """Filters, updates and alterations by their operators."""
    return {
        "Filters on collections": operator_rows(
            "collection", "filter", [*filters.OPERATORS, *RELATIONS]
        ),
        "Updates of collections": operator_rows("collection", "update", update_operators.OPERATORS),
        "Filters on tables": operator_rows(
            "table", "filter", [*table_filters.TESTS, *table_filters.PARTS, "$all", *RELATIONS]
        ),
        "Updates of tables": operator_rows("table", "update", table_updates.OPERATORS),
        "Operations of alterTable": operator_rows("table", "operation", alter_table.OPERATIONS),
    }


def unknown_commands() -> dict[str, str]:
    """Commands of the vendor that the server has not at all, with the code that refuses them."""
    known = {registration.name for registration in REGISTRY.values()}
    return {it.name: it.code for it in requests() if it.off and it.name not in known}


def not_of_tables() -> dict[str, str]:
    """Commands that only collections have, with the code that refuses them on a table."""
    return {
        it.name: it.code
        for it in requests()
        if it.kind == "table" and (it.name, "table") not in REGISTRY
    }


def commands() -> dict[str, list[Row]]:
    """Every command with its rows, in the order of levels."""
    ordered = sorted(REGISTRY.values(), key=lambda it: (_rank(it), it.name))
    return {_title(registration): rows_of(registration) for registration in ordered}


def _rank(registration: Registration) -> int:
    levels = [("general", None), ("keyspace", None), ("data", "collection"), ("data", "table")]
    return levels.index((registration.level, registration.kind))


def _title(registration: Registration) -> str:
    where = f"on a {registration.kind}" if registration.kind else f"{registration.level} level"
    return f"{registration.name} ({where})"


def page() -> str:
    """The whole page."""
    tables = {**commands(), **operators()}
    sections = [_section(title, [it.shown for it in rows]) for title, rows in tables.items()]
    refused = {**unknown_commands(), **not_of_tables()}
    lines = [row(f"`{name}`", f"refused: `{code}`") for name, code in sorted(refused.items())]
    missing = _section("Commands that are not there, or not on tables", lines)
    return "\n".join([INTRODUCTION, missing, *sections])


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"## {title}\n", "| | |", "| --- | --- |", *lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {PAGE}")
