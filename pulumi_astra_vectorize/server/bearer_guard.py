"""Keeps everything under a path for callers with ``Authorization: Bearer <token>``."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_astra_vectorize.server.admission import Admission

SCHEME = "bearer"


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
            scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
            if scheme.lower() != SCHEME or self._admission.judge(token) != "admitted":
                challenge = {"WWW-Authenticate": "Bearer"}
                await JSONResponse(self._refusal, 401, challenge)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_guarded(self, path: str) -> bool:
        return path == self._prefix or path.startswith(f"{self._prefix}/")
