"""For tests of programs that use Astra DB vectorize: a server, and trouble on purpose.

In a ``conftest.py``::

    pytest_plugins = ["pulumi_astra_vectorize.testing"]

and every test may ask for ``astra_vectorize_server``. It is no entry point on purpose: whoever
does not ask for it does not load it. Needs the extra ``[server]`` and pytest.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings, Fault
from pulumi_astra_vectorize.testing.control import Control, ControlError
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

__all__ = [
    "Control",
    "ControlError",
    "CredentialCacheSettings",
    "Fault",
    "RunningServer",
    "astra_vectorize_server",
    "running_server",
]


@pytest.fixture(scope="session")
def astra_vectorize_server() -> Iterator[RunningServer]:
    """An embedded server for the whole session, with the database "default" and control on.

    ``astra_vectorize_server.control.reset()`` empties it between tests. For other databases, make
    a fixture of ``running_server("library", "archive")``.
    """
    with running_server("default") as server:
        yield server
