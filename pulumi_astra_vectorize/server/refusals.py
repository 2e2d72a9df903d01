"""What the integrations service refuses, each with a stable code and its HTTP status."""

from __future__ import annotations

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
