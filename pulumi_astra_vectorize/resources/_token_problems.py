"""What is wrong with a user access token as it is written.

Vendor's page: "Add the Hugging Face Serverless integration to your organization" (names).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.lifecycle import Properties
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._values import provider_id, text

if TYPE_CHECKING:
    from pulumi_astra_vectorize.settings import TargetName


def token_problems(known: Properties, target: TargetName) -> Iterator[Problem]:
    """What is wrong with the name, the integration, the secret and its rotation, as known."""
    name = text(known, "name")
    if name is not None and (wrong := rules.token_name_problem(name)):
        yield Problem("INVALID_NAME", ("name",), wrong)
    yield from provider_id(known, "integration")
    yield from _secret_problems(known, target)
    rotation = text(known, "rotation")
    if rotation is not None and (
        wrong := rules.choice_problem("way to rotate", rotation, rules.ROTATION_WAYS)
    ):
        yield Problem("INVALID_CHOICE", ("rotation",), wrong)


def _secret_problems(known: Properties, target: TargetName) -> Iterator[Problem]:
    if "secret" not in known and target != "astra":
        yield Problem("MISSING_INPUT", ("secret",), "a secret is needed on every target but astra")
    secret = text(known, "secret")
    if secret == "":
        yield Problem("EMPTY_INPUT", ("secret",), "the secret is empty")
    if secret and (wrong := rules.header_problem(secret)):
        yield Problem("INVALID_SECRET", ("secret",), f"the secret {wrong}")
