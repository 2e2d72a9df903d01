"""A request's id: taken from the caller or made up, given back, passed on, written to the log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_astra_vectorize.server.deeds import deed_of

HEADERS = ("X-Datastax-Request-ID", "X-Request-ID")
"""The Data API's (contract data-api.md, section 10), and the one of most proxies."""

_USABLE = re.compile(r"[\w.:+/=@-]{1,128}", re.ASCII)
"""What may stand in a line of a log."""


class RequestIds:
    """Middleware: gives every request an id, and every answer that of its request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = passed_on(Headers(scope=scope))
        named = given or {HEADERS[-1]: str(uuid4())}
        deed_of(scope).request_id = next(iter(named.values()))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(named)
            await send(message)

        await self._app(scope, receive, send_with_id)


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request that carry a usable id."""
    found = {name: headers.get(name, "") for name in HEADERS}
    return {name: value for name, value in found.items() if _USABLE.fullmatch(value)}
