"""Which port a request came in on, and whether it is for the control interface itself."""

from __future__ import annotations

from starlette.types import Scope

from pulumi_astra_vectorize.server.control.models import Port

PREFIX = "/_control"
"""Where the control interface stands on the main port; nothing is done to its own requests."""


def port_of(scope: Scope, main_port: int) -> Port:
    """The kind of port."""
    return "main" if scope["server"][1] == main_port else "database"


def is_control(scope: Scope, main_port: int) -> bool:
    """Whether the control interface is asked."""
    path: str = scope["path"]
    return port_of(scope, main_port) == "main" and (path == PREFIX or path.startswith(f"{PREFIX}/"))
