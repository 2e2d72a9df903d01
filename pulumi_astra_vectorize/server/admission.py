"""Who may call: the application token, or a self-hosted Data API's user and password."""

from __future__ import annotations

import base64
import hmac

from pydantic import SecretStr


class Admission:
    """Knows the tokens that open the server, only to compare with what callers show."""

    def __init__(
        self, token: SecretStr, username: str | None = None, password: SecretStr | None = None
    ) -> None:
        self._admitted = [token.get_secret_value().encode()]
        if username is not None and password is not None:
            self._admitted.append(cassandra_token(username, password).encode())

    def admits(self, token: str) -> bool:
        """Whether the bearer of this token may call; takes the same time either way."""
        shown = token.encode()
        return any([hmac.compare_digest(shown, known) for known in self._admitted])


def cassandra_token(username: str, password: SecretStr) -> str:
    """A self-hosted Data API's token, as astrapy's UsernamePasswordTokenProvider makes it."""
    login = (username, password.get_secret_value())
    return ":".join(["Cassandra", *(base64.b64encode(part.encode()).decode() for part in login)])
