"""Runs what stands before the embedded server, in a thread: Astra, or a self-hosted cluster."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response

from tests.lifecycle.servers import Server

TENANT = "SINGLE-TENANT"


@contextmanager
def listening(count: int) -> Iterator[list[socket.socket]]:
    """Free ports on this machine."""
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        yield sockets


@contextmanager
def answering(app: FastAPI, sockets: Sequence[socket.socket]) -> Iterator[str]:
    """The app on these sockets; answers the address of the first."""
    ready = threading.Event()
    server = _Uvicorn(app, ready.set)
    thread = threading.Thread(target=server.run, args=(list(sockets),))
    thread.start()
    ready.wait()
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


class _Uvicorn(uvicorn.Server):
    def __init__(self, app: FastAPI, ready: Callable[[], None]) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", log_config=None))
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def create_cluster(server: Server, database: str) -> FastAPI:
    """An integrations service whose one database has the id that a self-hosted Data API asks by.

    The embedded server keeps integrations under the database's own id: only that is translated.
    """
    identifier = server.databases[database].id
    app = FastAPI(openapi_url=None)

    @app.api_route("/v1/integrations{rest:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def relay(request: Request, rest: str) -> Response:
        path = request.url.path.replace(TENANT, identifier)
        sent = (await request.body()).replace(TENANT.encode(), identifier.encode())
        headers = {"Authorization": request.headers.get("Authorization", "")}
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
            answer = await http.request(
                request.method,
                path,
                params=_translated(request, database),
                content=sent,
                headers={**headers, "Content-Type": "application/json"},
            )
        content = answer.content.replace(identifier.encode(), TENANT.encode())
        return Response(content, answer.status_code, media_type="application/json")

    return app


def _translated(request: Request, database: str) -> dict[str, str]:
    """The query, in which a removal from the scope repeats the database's name."""
    query = dict(request.query_params)
    return {**query, "name": database} if "/scope/" in request.url.path else query
