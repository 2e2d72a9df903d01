"""The addresses that the server listens on."""

from __future__ import annotations

import errno
import socket

from pulumi_astra_vectorize.errors import ConfigurationError

BACKLOG = 512

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - only recognised


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections at this address; port 0 lets the system choose.

    Raises:
        ConfigurationError: PORT_IN_USE, ADDRESS_UNUSABLE.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as problem:
        raise _clear(problem, host, port) from None
    # Connections inherit it; asyncio sets it only on sockets that it made itself, and without it
    # every answer waits 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def listen_preferably(host: str, port: int) -> socket.socket:
    """As ``listen``, at a free port where the wished one is taken."""
    try:
        return listen(host, port)
    except ConfigurationError:
        return listen(host, 0)


def port_of(listener: socket.socket) -> int:
    """The port that a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def url_of(host: str, port: int, scheme: str = "http") -> str:
    """The address for clients on this machine."""
    reachable = _WILDCARDS.get(host, host)
    shown = f"[{reachable}]" if ":" in reachable else reachable
    return f"{scheme}://{shown}:{port}"


def is_wildcard(host: str) -> bool:
    """Whether the server listens on every address of the machine."""
    return host in _WILDCARDS


def _clear(problem: OSError, host: str, port: int) -> ConfigurationError:
    if problem.errno == errno.EADDRINUSE:
        return ConfigurationError(
            "PORT_IN_USE",
            f"port {port} on {host} is taken by another program",
            fix="stop that program, or choose another port: --port PORT (0 takes a free one)",
        )
    return ConfigurationError(
        "ADDRESS_UNUSABLE",
        f"the server cannot listen on port {port} of {host}: {problem.strerror}",
        fix="use an address of this machine and a port that this user may take: --host, --port",
    )
