"""The troubles that a server has been asked for: in memory, and none at the start."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from pulumi_astra_vectorize.server.control.credential_cache import CredentialCache
from pulumi_astra_vectorize.server.control.faults import Faults
from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings


class RevokedSecrets:
    """Secrets that the imitated Hugging Face does not know any more; kept as digests only."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    def __contains__(self, secret: object) -> bool:
        return bool(self._digests) and isinstance(secret, str) and _digest(secret) in self._digests

    def revoke(self, secret: str) -> None:
        """From now on the secret is dead."""
        self._digests.add(_digest(secret))

    def restore(self, secret: str) -> None:
        """The secret lives again; one that was not revoked is no error."""
        self._digests.discard(_digest(secret))

    def clear(self) -> None:
        """All secrets live."""
        self._digests.clear()


@dataclass(frozen=True)
class Troubles:
    """What the parts of the server ask on their way; without control it stays as it is made."""

    faults: Faults = field(default_factory=Faults)
    revoked: RevokedSecrets = field(default_factory=RevokedSecrets)
    credential_cache: CredentialCache = field(default_factory=CredentialCache)
    refusals_left: dict[str, int] = field(default_factory=dict[str, int])
    """By database id: how many requests are refused before the database is ACTIVE again."""

    def clear(self) -> None:
        """Back to no trouble at all."""
        self.faults.clear()
        self.revoked.clear()
        self.credential_cache.configure(CredentialCacheSettings())
        self.refusals_left.clear()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
