"""Ends connections the hard way, which an application has no other means for."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import cast

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT = "transport"

_NO_LINGER = struct.pack("ii", 1, 0)
"""The socket option that makes closing a reset: what was not sent yet is dropped."""


class ReachableConnection(HttpToolsProtocol):
    """uvicorn's protocol that hands its transport to the application, in the scope's state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Notes the transport of a new connection; uvicorn narrows the type, too."""
        self.app_state = {**self.app_state, _TRANSPORT: transport}
        super().connection_made(transport)


def reset(scope: Scope) -> None:
    """The client sees "connection reset by peer"."""
    transport = _transport(scope)
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


def close(scope: Scope) -> None:
    """The client gets what was sent, and then the connection's end."""
    _transport(scope).close()


async def wait_until_gone(receive: Receive) -> None:
    """Returns once uvicorn knows that the connection has ended."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(scope: Scope) -> asyncio.Transport:
    return cast("asyncio.Transport", scope["state"][_TRANSPORT])
