"""Which settings lead to an address and open it: what an error tells to correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.settings import APPLICATION_TOKEN, LOGIN, Settings


@dataclass(frozen=True)
class Proof:
    """What is sent to be let in.

    Attributes:
        name: what people call it.
        refusal: the code when it is refused.
        settings: those it comes from, each with what stands for its value.
    """

    name: str
    refusal: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Access:
    """The settings behind a call: what an error tells to correct.

    Attributes:
        address: the one that says where; None where the main address told it.
        proof: what it is opened with.
    """

    address: str | None
    proof: Proof

    def not_opened(self, base_url: str, settings: Settings) -> ConfigurationError:
        """The error for an address that did not let us in."""
        proof = self.proof
        return ConfigurationError(
            proof.refusal,
            f"{base_url} refused {proof.name} (401)",
            fix=f"set what belongs to this address: {settings.how_to_set(proof.settings)}",
            source="Astra DB",
        )


_TOKEN = Proof("the application token", "APPLICATION_TOKEN_REFUSED", APPLICATION_TOKEN)
MAIN_ACCESS = Access("endpoint", _TOKEN)
DATABASE_ACCESS = Access(None, _TOKEN)
CLUSTER_ACCESS = Access(
    "data_api_endpoint", Proof("user and password", "CREDENTIALS_REFUSED", LOGIN)
)
