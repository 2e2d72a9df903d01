"""Refuses bodies that are too large without keeping them in memory.

Starlette's own limit answers in plain text and leaves the rest of the body on the wire, so that
most clients see a broken connection and not the refusal.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 20_000_000
DISCARDED_BYTES = 100_000_000
"""How much of a refused body is taken from the wire (and thrown away) so that the client, which
is still sending, gets to read the answer."""


class BodyLimit:
    """Middleware: the application that reads a body of more than 20 MB gets a 413 to answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            if received == 0 and _announced(scope) > MAX_BODY_BYTES:
                await _refuse(receive, _announced(scope))
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                await _refuse(receive, received)
            return message

        await self._app(scope, receive_limited, send)


async def _refuse(receive: Receive, size: int) -> None:
    more = size <= DISCARDED_BYTES
    discarded = 0
    while more and discarded <= DISCARDED_BYTES:
        message = await receive()
        discarded += len(message.get("body", b""))
        more = message.get("more_body", False)
    raise HTTPException(413, f"the body is larger than {MAX_BODY_BYTES} bytes")


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else 0
