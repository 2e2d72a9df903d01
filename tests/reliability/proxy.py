"""Real sockets between the provider and the server, with a hand on every request."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

HOST = "127.0.0.1"
PASSED_ON = ("content-type", "retry-after")


class Request(BaseHTTPRequestHandler):
    """One request of the provider, to be answered by a ``Behaviour``."""

    protocol_version = "HTTP/1.1"
    server: _Listener  # pyright: ignore[reportIncompatibleVariableOverride] - socketserver's own way
    body: bytes

    def answer(self) -> None:
        """Lets the network's behaviour answer; the provider may be gone by then."""
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
        with suppress(ConnectionError):
            self.server.network.behaviour(self)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keeps quiet: the base class would write to standard error."""

    def work(self) -> httpx.Response:
        """Has the server do what was asked, and answers what it said."""
        kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        url = f"{self.server.upstream}{self.path}"
        network = self.server.network
        return network.http.request(self.command, url, headers=kept, content=self.body)

    def pass_on(self, response: httpx.Response) -> None:
        """Sends the server's answer, its addresses replaced by the network's own."""
        body = self.server.network.readdressed(response.content)
        kept = {k: v for k, v in response.headers.items() if k in PASSED_ON}
        self.send(response.status_code, kept, body)

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Sends a whole answer."""
        self.start(status, headers | {"content-length": str(len(body))})
        self.wfile.write(body)

    def start(self, status: int, headers: dict[str, str]) -> None:
        """Sends an answer's beginning."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def cut(self) -> None:
        """Ends the connection after what was sent."""
        self.close_connection = True

    def reset(self) -> None:
        """Ends the connection so that the provider's system sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)
        self.cut()


class Behaviour(Protocol):
    """What happens to a request."""

    def __call__(self, request: Request) -> None:
        """Answers it, or does not."""
        ...


def pass_through(request: Request) -> None:
    """No fault."""
    request.pass_on(request.work())


class _Listener(ThreadingHTTPServer):
    """The stand-in for one of the server's addresses."""

    daemon_threads = True

    def __init__(self, network: Network, upstream: str) -> None:
        super().__init__((HOST, 0), Request)
        self.network, self.upstream = network, upstream

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A provider that was killed, or that waited no longer, is what tests are about."""


class Network:
    """Stand-ins for all addresses of a server."""

    def __init__(self, upstreams: Iterable[str], http: httpx.Client) -> None:
        self.http = http
        self.behaviour: Behaviour = pass_through
        self.listeners = [_Listener(self, upstream) for upstream in upstreams]

    @property
    def url(self) -> str:
        """The stand-in of the first address."""
        return self.listeners[0].url

    def url_for(self, upstream: str) -> str:
        """The stand-in of an address."""
        return next(one.url for one in self.listeners if one.upstream == upstream)

    def readdressed(self, body: bytes) -> bytes:
        """A body in which the databases' addresses are those of their stand-ins."""
        for listener in self.listeners:
            body = body.replace(_address(listener.upstream), _address(listener.url))
        return body


def _address(url: str) -> bytes:
    return urlsplit(url).netloc.encode()


@contextmanager
def network_before(upstreams: Iterable[str]) -> Iterator[Network]:
    """Stand-ins that listen, and stop at the end."""
    with httpx.Client(timeout=60, trust_env=False) as http, ExitStack() as stack:
        network = Network(upstreams, http)
        for listener in network.listeners:
            stack.enter_context(_listening(listener))
        yield network


@contextmanager
def _listening(listener: _Listener) -> Iterator[None]:
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
