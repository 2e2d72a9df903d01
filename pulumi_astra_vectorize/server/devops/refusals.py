"""The DevOps API's errors: ``{"errors": [{"ID": number, "message": text}]}``."""

from __future__ import annotations


class DevOpsRefusal(Exception):  # noqa: N818 - an answer that the API gives on purpose
    """A refusal as the caller gets it."""

    def __init__(self, http_status: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.message = message


def refusal(http_status: int, message: str) -> dict[str, object]:
    """The body of a refusal; the number that the contract asks for is the HTTP status."""
    return {"errors": [{"ID": http_status, "message": message}]}
