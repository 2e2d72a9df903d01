"""Reads raw inputs in ``problems``: a value of another type is reported by its own model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pulumi_astra_vectorize import catalog, rules
from pulumi_astra_vectorize.lifecycle import Properties
from pulumi_astra_vectorize.problems import Problem

if TYPE_CHECKING:
    from pulumi_astra_vectorize.settings import TargetName


def text(known: Properties, name: str) -> str | None:
    """A property if it is known and a string."""
    value = known.get(name)
    return value if isinstance(value, str) else None


def mapping(known: Properties, name: str) -> Mapping[str, Any] | None:
    """A property if it is known and an object."""
    value = known.get(name)
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else None


def listed(known: Properties, name: str) -> list[Any] | None:
    """A property if it is known and a list; unknown items are None."""
    value = known.get(name)
    return cast("list[Any]", value) if isinstance(value, list) else None


def entity_names(known: Properties, target: TargetName, **kinds: str) -> Iterator[Problem]:
    """What is wrong with names of keyspaces, collections and tables: ``keyspace="keyspace"``."""
    for name, kind in kinds.items():
        value = text(known, name)
        limit = rules.entity_name_limit(kind, target)
        if value is not None and (wrong := rules.entity_name_problem(kind, value, limit)):
            yield Problem("INVALID_NAME", (name,), wrong)


def choice(
    known: Properties, name: str, kind: str, choices: Sequence[str], *inside: str
) -> Iterator[Problem]:
    """A property with a closed list of words; ``inside`` is the path to what holds it."""
    value = text(known, name)
    if value is not None and (wrong := rules.choice_problem(kind, value, choices)):
        yield Problem("INVALID_CHOICE", (*inside, name), wrong)


def vector_words(known: Properties, *inside: str) -> Iterator[Problem]:
    """The metric and the source model of a vector index."""
    yield from choice(known, "metric", "metric", rules.METRICS, *inside)
    yield from choice(known, "source_model", "source model", rules.SOURCE_MODELS, *inside)


def token_name(known: Properties, name: str, *inside: str) -> Iterator[Problem]:
    """The name of a user access token, where it is written as a string."""
    value = text(known, name)
    if value is None:
        return
    if rules.is_secret(value):
        yield Problem("INVALID_SECRET", (*inside, name), "is a secret, not a token's name")
    elif wrong := rules.token_name_problem(value):
        yield Problem("INVALID_NAME", (*inside, name), wrong)


def provider_id(known: Properties, name: str) -> Iterator[Problem]:
    """An embedding provider is one that the catalogue has."""
    provider = text(known, name)
    if provider is not None and (wrong := catalog.provider_problem(catalog.bundled(), provider)):
        yield Problem("UNKNOWN_PROVIDER", (name,), wrong)


def database_reference(known: Properties) -> Iterator[Problem]:
    """A database is named by its name or its id."""
    if wrong := rules.database_reference_problem(known.get("database")):
        yield Problem("EMPTY_INPUT", ("database",), wrong)
