"""Keeps everything under a path for callers with ``Authorization: Bearer <token>``."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.deeds import deed_of

SCHEME = "bearer"

NO_TOKEN = "send the application token: `Authorization: Bearer TOKEN`"  # noqa: S105 - a hint


class BearerGuard:
    """Middleware: answers 401 with ``refusal`` before anything of the request is read.

    ``prefix`` is the path below which the guard stands.
    """

    def __init__(
        self, app: ASGIApp, admission: Admission, prefix: str, refusal: dict[str, object]
    ) -> None:
        self._app = app
        self._admission = admission
        self._prefix = prefix
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_guarded(scope["path"]):
            token = bearer_of(Headers(scope=scope))
            deed = deed_of(scope)
            deed.what = self._prefix
            deed.who = None if token is None else self._admission.name_of(token)
            if deed.who is None:
                deed.problem = "UNAUTHENTICATED"
                challenge = {"WWW-Authenticate": "Bearer"}
                await JSONResponse(self._refusal, 401, challenge)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_guarded(self, path: str) -> bool:
        return path == self._prefix or path.startswith(f"{self._prefix}/")


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """The token of ``Authorization: Bearer TOKEN``; None for any other header, or none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == SCHEME else None
