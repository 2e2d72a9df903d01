"""A proxy as companies have them: it carries what is encrypted, and writes down where to."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Tunnel(socketserver.StreamRequestHandler):
    """One CONNECT, to the port that it names on this machine, whatever the host."""

    server: Proxy  # pyright: ignore[reportIncompatibleVariableOverride] - socketserver's own way

    def handle(self) -> None:
        """Refuses who has no password; else carries bytes until one side ends."""
        asked = self.rfile.readline().decode()
        headers = list(iter(lambda: self.rfile.readline().strip().decode().lower(), ""))
        self.server.asked += [asked.strip(), *headers]
        if self.server.closed:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        port = int(asked.split()[1].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            self.server.carrying.append(upstream)
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _carry(self.connection, upstream)


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.closed = closed
        self.asked: list[str] = []
        self.carrying: list[socket.socket] = []

    @property
    def address(self) -> str:
        """As HTTPS_PROXY has it, with a password."""
        return f"http://someone:proxy-password@127.0.0.1:{self.server_address[1]}"


@contextmanager
def proxy(*, closed: bool = False) -> Iterator[Proxy]:
    """A proxy in this process; a closed one lets nobody through."""
    with Proxy(closed=closed) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield listening
        finally:
            listening.shutdown()
            thread.join()
            for upstream in listening.carrying:
                with suppress(OSError):  # it has ended already
                    upstream.shutdown(socket.SHUT_RDWR)


def _carry(one: socket.socket, other: socket.socket) -> None:
    while True:
        for readable in select.select([one, other], [], [])[0]:
            piece = readable.recv(65536)
            if not piece:
                return
            (other if readable is one else one).sendall(piece)
