"""The audit log: who did what to which token and database, one JSON object a line."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from logging.handlers import WatchedFileHandler
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.files import OWNER_ONLY
from pulumi_astra_vectorize.server.deeds import Deed, deed_of


@contextmanager
def audit_log(path: Path | None) -> Generator[logging.Logger, None, None]:
    """Where lines go: a file that may be moved away while it is written to, or standard error.

    Raises:
        ConfigurationError: AUDIT_LOG_UNUSABLE.
    """
    log = logging.Logger("audit")  # noqa: LOG001 - its lines are no messages of the program
    with closing(_handler(path)) as handler:
        log.addHandler(handler)
        yield log


def _handler(path: Path | None) -> logging.Handler:
    if path is None:
        return logging.StreamHandler(sys.stderr)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, OWNER_ONLY))
        return WatchedFileHandler(path, encoding="utf-8")
    except OSError as problem:
        raise ConfigurationError(
            "AUDIT_LOG_UNUSABLE",
            f"the audit log {path} cannot be written: {problem.strerror}",
            fix="name a file in a folder that this user may write to",
        ) from None


class Audit:
    """Middleware: writes a line for every request that concerns tokens, refused ones included,
    before the answer leaves."""

    def __init__(self, app: ASGIApp, log: logging.Logger) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_after_line(message: Message) -> None:
            deed = deed_of(scope)
            if message["type"] == "http.response.start" and deed.what is not None:
                self._log.info("%s", _line(deed, scope, message["status"]))
            await send(message)

        await self._app(scope, receive, send_after_line)


def _line(deed: Deed, scope: Scope, status: int) -> str:
    client = scope.get("client")
    told = {
        "time": datetime.now(timezone.utc).isoformat(),
        "request_id": deed.request_id,
        "who": deed.who,
        "from": client[0] if client else None,
        "what": deed.what,
        "provider": deed.provider,
        "token": deed.token,
        "databases": deed.databases,
        "status": status,
        "problem": deed.problem,
    }
    return json.dumps(told)
