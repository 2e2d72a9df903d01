"""What is wrong with a user access token as it is written, or with its name.

Vendor's page: "Add the Hugging Face Serverless integration to your organization" (names).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.errors import ConflictError
from pulumi_astra_vectorize.lifecycle import Properties
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._data_guard import MADE_HERE, of_another_stack
from pulumi_astra_vectorize.resources._values import choice, provider_id, text, token_name

if TYPE_CHECKING:
    from pulumi_astra_vectorize.settings import TargetName


SHOWN = ("name", "secret_version")
"""Inputs that stand in ids, states and lists as they are."""


def token_problems(known: Properties, target: TargetName) -> Iterator[Problem]:
    """What is wrong with the name, the integration, the secret and its rotation, as known."""
    shown = [name for name in SHOWN if text(known, "secret") and known.get(name) == known["secret"]]
    if "name" not in shown:  # the engine would show it with its problem
        yield from token_name(known, "name")
    for name in shown:
        yield Problem("INVALID_SECRET", ("secret",), f"stands in `{name}`, too, which all can read")
    yield from provider_id(known, "integration")
    yield from _secret_problems(known, target)
    yield from choice(known, "rotation", "way to rotate", rules.ROTATION_WAYS)


def _secret_problems(known: Properties, target: TargetName) -> Iterator[Problem]:
    if "secret" not in known and target != "astra":
        yield Problem("MISSING_INPUT", ("secret",), "a secret is needed on every target but astra")
    secret = text(known, "secret")
    if secret == "":
        yield Problem("EMPTY_INPUT", ("secret",), "the secret is empty")
    if secret and (wrong := rules.header_problem(secret)):
        yield Problem("INVALID_SECRET", ("secret",), f"the secret {wrong}")


def name_taken(integration: str, name: str) -> ConflictError:
    """What a creation is told whose name another token has."""
    shared = of_another_stack("UserAccessToken", f"{integration}/{name}")
    return ConflictError(
        "TOKEN_NAME_TAKEN",
        f"the integration {integration!r} has a user access token {name!r} already",
        fix=f"use another name; {shared}; or add `adopt=True` to take it over: the secret given "
        f"here then takes the place of its own, and its scope is kept; {MADE_HERE}",
        source="Astra DB",
    )
