"""Who may call: the application token, or a self-hosted Data API's user and password."""

from __future__ import annotations

import base64
import hmac
from typing import Literal

from pydantic import SecretStr

from pulumi_astra_vectorize.rules import CASSANDRA, cassandra_token

Verdict = Literal["admitted", "refused", "malformed"]
"""``malformed``: a ``Cassandra:`` token whose rest cannot be decoded; the Data API falls over it
with a code of its own (contract data-api.md, section 1)."""


class Admission:
    """Knows the tokens that open the server, only to compare with what callers show."""

    def __init__(
        self, token: SecretStr, username: str | None = None, password: SecretStr | None = None
    ) -> None:
        self._admitted = {"application token": token.get_secret_value().encode()}
        if username is not None and password is not None:
            login = cassandra_token(username, password.get_secret_value())
            self._admitted[f"user {username}"] = login.encode()

    def name_of(self, token: str) -> str | None:
        """What the bearer of this token is called in logs; None for one who is not admitted.

        A comparison takes the same time always.
        """
        shown = token.encode()
        equal = [
            name for name, known in self._admitted.items() if hmac.compare_digest(shown, known)
        ]
        return equal[0] if equal else None

    def judge(self, token: str) -> Verdict:
        """What to make of the bearer of this token."""
        if self.name_of(token) is not None:
            return "admitted"
        return "malformed" if _cannot_be_decoded(token) else "refused"


def _cannot_be_decoded(token: str) -> bool:
    kind, *login = token.split(":")
    if kind != CASSANDRA or len(login) == 0:
        return False
    try:
        for part in login:
            base64.b64decode(part, validate=True).decode()
    except ValueError:  # bad base64, or bytes that are no text
        return True
    return len(login) != 2
