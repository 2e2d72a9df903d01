"""docs/control.md names exactly what the control interface has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings, Fault
from pulumi_astra_vectorize.server.control.routes import routes
from pulumi_astra_vectorize.server.control.scopes import PREFIX

PAGE = (Path(__file__).parents[2] / "docs" / "control.md").read_text()


def test_every_call_is_listed() -> None:
    """The table of calls and the routes are the same."""
    documented = set(re.findall(r"^\| `([A-Z]+ /_control/\S+)`", PAGE, re.MULTILINE))
    there = {
        f"{method} {PREFIX}{route.path}"
        for route in routes.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert documented == there


@pytest.mark.parametrize("model", [Fault, CredentialCacheSettings])
def test_every_member_is_named(model: type[Fault | CredentialCacheSettings]) -> None:
    """The page tells of each member under its name on the wire."""
    names = [field.alias for field in model.model_fields.values()]
    assert [name for name in names if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE] == []
