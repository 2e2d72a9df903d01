"""What the integrations service and the look-ups need of a server's state, and nothing more."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request

from pulumi_astra_vectorize.server.sealing import Sealer
from pulumi_astra_vectorize.server.store.store import Store


class Vault(Protocol):
    """Tokens and scopes, and what the tokens' secrets are sealed with."""

    @property
    def store(self) -> Store:
        """Where tokens and scopes are."""
        ...

    @property
    def sealer(self) -> Sealer:
        """What their secrets are sealed with."""
        ...


async def _vault(request: Request) -> Vault:
    """Async though it waits for nothing: anything else is given a thread of the pool."""
    vault: Vault = request.app.state.vault
    return vault


TheVault = Annotated[Vault, Depends(_vault)]
"""For routes of an application that has a vault in its state."""
