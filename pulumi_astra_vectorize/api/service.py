"""What lifecycles need of whoever keeps integrations, tokens and scopes.

Two keep them: our integrations service (integrations.py), and a person at the Astra Portal, whose
work can only be proven (portal.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class IntegrationThere(Protocol):
    """An integration that the organisation has."""

    @property
    def active(self) -> bool:
        """Whether it has a token."""
        ...


class TokenThere(Protocol):
    """A user access token that is there."""

    @property
    def id(self) -> str:
        """New with every creation, where that can be known."""
        ...

    @property
    def generation(self) -> str:
        """New with every secret, where that can be known."""
        ...

    @property
    def databases(self) -> list[str]:
        """Ids of the databases in its scope."""
        ...


class IntegrationsService(Protocol):
    """Reads answer None for what is not there; removing what is not there succeeds."""

    @property
    def by_hand(self) -> bool:
        """Whether a person does the work: what is there then is what the person made for us."""
        ...

    def integration(self, provider: str, within: float = 0) -> IntegrationThere | None:
        """The integration of a provider; an answer of the last ``within`` seconds will do."""
        ...

    def add_integration(self, provider: str) -> None:
        """Adds a provider to the organisation."""
        ...

    def remove_integration(self, provider: str) -> None:
        """Removes a provider that has no tokens."""
        ...

    def token(self, provider: str, name: str, within: float = 0) -> TokenThere | None:
        """The user access token of that name; an answer of the last ``within`` seconds will do."""
        ...

    def token_to_scope(self, provider: str, name: str, within: float = 0) -> TokenThere | None:
        """The token to which databases can be added, even if it has none yet."""
        ...

    def add_token(
        self, provider: str, name: str, secret: str, databases: Sequence[str]
    ) -> TokenThere:
        """Stores a secret under a name, with the first databases of its scope: ten at most."""
        ...

    def replace_secret(self, provider: str, token_id: str, secret: str) -> TokenThere:
        """Puts another secret in a token's place at once."""
        ...

    def remove_token(
        self, provider: str, token_id: str, name: str, *, rotating: bool = False
    ) -> None:
        """Removes the token with this id; ``rotating``: its successor is to have its scope."""
        ...

    def retired_scope(self, provider: str, name: str, token_id: str) -> list[str]:
        """Ids of the databases that a removed token served, and its removed successors."""
        ...

    def outstanding_scope(self, provider: str, name: str) -> list[str]:
        """Ids of the databases that a rotation on its way has still to put back."""
        ...

    def give_up_rotation(self, provider: str, name: str) -> None:
        """Called when a rotation on its way is not to be finished: nothing of it comes back."""
        ...

    def add_to_scope(self, provider: str, token_id: str, databases: Sequence[str]) -> None:
        """Lets the token serve these databases."""
        ...

    def remove_from_scope(
        self, provider: str, token_id: str, database_id: str, database_name: str
    ) -> None:
        """Takes one database out of the scope."""
        ...

    def unseen(self) -> frozenset[str]:
        """Ids of databases that are asleep where only they could tell their tokens."""
        ...

    def finish_rotation(self, provider: str, name: str) -> None:
        """Called when a rotation is complete: what was remembered for it can go."""
        ...
