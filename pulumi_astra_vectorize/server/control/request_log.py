"""Counts what the server is asked: how a client's number of calls is proven."""

from __future__ import annotations

import re
import threading
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_astra_vectorize.server.control.models import CountedRequest, Port, RequestCounts
from pulumi_astra_vectorize.server.control.scopes import is_control, port_of

_COMMAND = re.compile(rb'\s*\{\s*"(\w+)"')
"""A Data API request's body begins with its command."""

Key = tuple[Port, str, str, str | None]


class RequestLog:
    """How often each request was sent, and over how many connections, since it was cleared."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: Counter[Key] = Counter()
        self._connections: set[tuple[object, ...]] = set()

    def note(self, key: Key, connection: tuple[object, ...]) -> None:
        """Counts a request that came over this connection."""
        with self._lock:
            self._times[key] += 1
            self._connections.add(connection)

    def clear(self) -> None:
        """Counts from nothing again; a connection that stays open counts anew once it is used."""
        with self._lock:
            self._times.clear()
            self._connections.clear()

    def counts(self) -> RequestCounts:
        """What was counted, the most frequent first."""
        with self._lock:
            requests = [
                CountedRequest(port=port, method=method, path=path, command=command, times=times)
                for (port, method, path, command), times in self._times.most_common()
            ]
            return RequestCounts(connections=len(self._connections), requests=requests)


class RequestCounting:
    """Middleware around the whole server; there only where control is on."""

    def __init__(self, app: ASGIApp, log: RequestLog, main_port: int) -> None:
        self._app = app
        self._log = log
        self._main_port = main_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_control(scope, self._main_port):
            await self._app(scope, receive, send)
            return
        port = port_of(scope, self._main_port)
        if port == "main":
            self._note(scope, port, None)
            await self._app(scope, receive, send)
            return
        first = await receive()
        command = _COMMAND.match(first.get("body", b""))
        self._note(scope, port, command and command[1].decode())
        await self._app(scope, _beginning_with(first, receive), send)

    def _note(self, scope: Scope, port: Port, command: str | None) -> None:
        connection = (*scope["client"], scope["server"][1])
        self._log.note((port, scope["method"], scope["path"], command), connection)


def _beginning_with(first: Message, receive: Receive) -> Receive:
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
