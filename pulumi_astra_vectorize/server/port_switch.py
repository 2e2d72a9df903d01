"""Hands a request to the application of the port that it came in on."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class PortSwitch:
    """One application for several sockets: that of ``ports``, or else ``others``."""

    def __init__(self, ports: Mapping[int, ASGIApp], others: ASGIApp) -> None:
        self._ports = ports
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, port = scope["server"]
        await self._ports.get(port, self._others)(scope, receive, send)
