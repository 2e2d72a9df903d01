"""What the interfaces of our own refuse (integrations, control): a stable code, an HTTP status."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

from pulumi_astra_vectorize.server.deeds import deed_of
from pulumi_astra_vectorize.wire import Problems, ServiceProblem


class Refusal(Exception):  # noqa: N818 - an answer that the service gives on purpose
    """A refusal as the caller gets it; ``code`` never changes its meaning."""

    def __init__(self, http_status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.message = message


def missing(code: str, message: str) -> Refusal:
    """What the path or the body names is not there."""
    return Refusal(404, code, message)


def conflict(code: str, message: str) -> Refusal:
    """What is there already does not allow it."""
    return Refusal(409, code, message)


def invalid(code: str, message: str) -> Refusal:
    """The request breaks a rule."""
    return Refusal(422, code, message)


def problems(code: str, message: str) -> dict[str, object]:
    """The body of an answer that is not a success."""
    return Problems(errors=[ServiceProblem(code=code, message=message)]).model_dump(mode="json")


def refuse(request: Request, refusal: Exception) -> JSONResponse:
    """Answers a Refusal in the service's shape."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for this class
    deed_of(request.scope).problem = refusal.code
    return JSONResponse(problems(refusal.code, refusal.message), refusal.http_status)
