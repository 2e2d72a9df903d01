"""Faults that wait for the requests they are for, and the middleware that lets them happen."""

from __future__ import annotations

import asyncio
import threading
from fnmatch import fnmatchcase
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_astra_vectorize.server.control import connections
from pulumi_astra_vectorize.server.control.models import Fault, Port
from pulumi_astra_vectorize.server.control.scopes import is_control, port_of

DEFAULT_BODY: dict[str, Any] = {"message": "a fault that the control interface was asked for"}


class Faults:
    """The faults that were asked for and have not all happened yet, the oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Lets it happen to the next requests that it fits."""
        with self._lock:
            self._waiting.append(fault.model_copy())

    def clear(self) -> None:
        """Lets nothing happen any more."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """What may still happen; ``times`` counts down."""
        with self._lock:
            return [fault.model_copy() for fault in self._waiting]

    def take(self, port: Port, path: str) -> Fault | None:
        """The fault that happens to this request, counted as happened."""
        with self._lock:
            fault = next((it for it in self._waiting if _fits(it, port, path)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
            return fault


class FaultInjection:
    """Middleware around the whole server; there only where control is on."""

    def __init__(self, app: ASGIApp, faults: Faults, main_port: int) -> None:
        self._app = app
        self._faults = faults
        self._main_port = main_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._next_fault(scope)
        if fault is None:
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(fault.latency_seconds)
        if fault.status is not None:
            await _drain(receive)
            await JSONResponse(fault.body or DEFAULT_BODY, fault.status)(scope, receive, send)
        elif fault.lose is None:
            await self._app(scope, receive, send)
        else:
            await self._lose(fault, scope, receive, send)

    def _next_fault(self, scope: Scope) -> Fault | None:
        if scope["type"] != "http" or is_control(scope, self._main_port):
            return None
        return self._faults.take(port_of(scope, self._main_port), scope["path"])

    async def _lose(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.lose == "request":
            await _drain(receive)
        elif fault.lose == "answer":
            await self._app(scope, receive, _discard)
        else:
            await self._app(scope, receive, _HalfAnswer(scope, send))
        if fault.lose != "half-answer":
            connections.reset(scope)
        await connections.wait_until_gone(receive)


class _HalfAnswer:
    """Sends an answer up to the middle of its first part and closes the connection there."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._is_over = False

    async def __call__(self, message: Message) -> None:
        if self._is_over:
            return
        if message["type"] == "http.response.start":
            await self._send(message)
            return
        self._is_over = True
        body: bytes = message.get("body", b"")
        half = {**message, "body": body[: len(body) // 2], "more_body": True}
        await self._send(half)
        connections.close(self._scope)


async def _discard(_message: Message) -> None:
    """Takes an answer that nobody gets."""


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


def _fits(fault: Fault, port: Port, path: str) -> bool:
    return fault.port in {None, port} and fnmatchcase(path, fault.path)
