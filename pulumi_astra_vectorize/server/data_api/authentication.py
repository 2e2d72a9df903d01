"""The caller's token: where it is sent and when it is refused (contract data-api.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_astra_vectorize.server.data_api.envelope import Failure, unexpected_failure
from pulumi_astra_vectorize.server.state import ServerState

TOKEN_HEADERS = ("token", "x-cassandra-token")
"""Where a token may stand; the second is the deprecated name."""


def presented_token(headers: Mapping[str, str]) -> str:
    """The token that the request carries, still unchecked.

    Raises MISSING_AUTHENTICATION_TOKEN (401) without one and, as the real server, an
    INTERNAL_SERVER_ERROR for an empty one.
    """
    token = next((headers[name] for name in TOKEN_HEADERS if name in headers), None)
    if token is None:
        raise Failure(
            "MISSING_AUTHENTICATION_TOKEN",
            "The request has no token: send it in the header 'Token'.",
            scope="SECURITY",
            http_status=401,
        )
    if not token.strip():
        raise Failure("INTERNAL_SERVER_ERROR", "The token is empty.", family="SERVER")
    return token


def authenticate(server: ServerState, token: str) -> None:
    """Refuses a token that this server did not give out.

    Raises UNAUTHENTICATED_REQUEST (401), or UNEXPECTED_SERVER_ERROR for a ``Cassandra:`` token
    that cannot be decoded.
    """
    verdict = server.admission.judge(token)
    if verdict == "malformed":
        raise unexpected_failure("The token cannot be decoded.")
    if verdict == "refused":
        raise Failure(
            "UNAUTHENTICATED_REQUEST",
            "Authentication failed for request due to invalid token.",
            scope="SECURITY",
            http_status=401,
        )
