"""The provider's one transport, with a hand on it: calls are counted, and one of them is cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import httpx

Moment = Literal["before", "after"]


class Killed(BaseException):
    """The provider's process ended here, as far as this process can play that."""


@dataclass(frozen=True)
class Cut:
    """What happens to one call: the process is killed, or the connection is lost."""

    call: int
    moment: Moment
    lost: bool = False

    def happen(self) -> None:
        """Raises what the provider sees of it."""
        if self.lost:
            raise httpx.ReadError("connection reset by peer")
        raise Killed


class Seam(httpx.BaseTransport):
    """Passes calls on, counts them, and cuts the one that it was told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.changes: list[int] = []
        """The calls that changed something, by number."""
        self._cut: Cut | None = None
        self._network = httpx.HTTPTransport(verify=False)

    @contextmanager
    def cutting(self, cut: Cut | None) -> Iterator[None]:
        """Counts from zero, and cuts one call until the end of the block."""
        self.calls, self.changes, self._cut = 0, [], cut
        try:
            yield
        finally:
            self._cut = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if _changes_something(request):
            self.changes.append(self.calls)
        cut = self._cut if self._cut and self._cut.call == self.calls else None
        if cut and cut.moment == "before":
            cut.happen()
        response = self._network.handle_request(request)
        if cut:
            response.read()
            response.close()
            cut.happen()
        return response

    def close(self) -> None:
        """Clients come and go; the connections stay until ``end``."""

    def end(self) -> None:
        """Closes the connections."""
        self._network.close()


def _changes_something(request: httpx.Request) -> bool:
    """Anything but a GET, or a Data API command that only looks."""
    command = next(iter(json.loads(request.content)), "") if request.content else ""
    return request.method != "GET" and not command.startswith(("find", "list", "count"))
