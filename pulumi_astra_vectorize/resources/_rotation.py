"""Rotation: another secret under the same name, with every database of the scope.

Vendor's page: "Rotate Hugging Face Serverless user access tokens". Every step may be repeated: a
run that died anywhere is finished by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.service import IntegrationsService, TokenThere
from pulumi_astra_vectorize.resources._settle import settled

if TYPE_CHECKING:
    from pulumi_astra_vectorize.settings import Settings

IDLE_SECONDS = 300
"""A real Data API forgets a secret so long after its last use, if it is not set otherwise; contract
data-api.md, section 10."""


@dataclass(frozen=True)
class Credential:
    """A secret of a provider, and the name it is stored under."""

    provider: str
    name: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Rotation:
    """What came of a rotation: the token now, and the gap in which there was none."""

    view: TokenThere
    unavailable_seconds: float
    finished_at: datetime

    def old_secret_needed_until(self, cache_seconds: float) -> str:
        """Until when the old secret may still be used by a Data API that remembers it (UTC)."""
        until = self.finished_at + timedelta(seconds=cache_seconds)
        return until.isoformat(timespec="seconds")


@dataclass(frozen=True)
class OldSecret:
    """For how long a secret that was rotated away has to stay alive at its provider, and why."""

    seconds: float
    because: str


def old_secret(settings: Settings) -> OldSecret:
    """What a target's Data API may still do with the old secret."""
    seconds = settings.credential_cache_seconds
    if seconds is None and settings.target != "local":
        bounded = settings.line_to_set("credential_cache_seconds", "SECONDS")
        return OldSecret(
            IDLE_SECONDS,
            f"a Data API forgets a secret {IDLE_SECONDS} seconds after its last use, and not at "
            f"all while it is in use; {bounded} where its cache ends so long after a look-up",
        )
    if seconds:
        because = f"the Data API may use a secret for {seconds:g} seconds after it looked it up"
        return OldSecret(seconds, because)
    return OldSecret(0, "the Data API of this target looks the secret up anew for every request")


def add_token(
    service: IntegrationsService, credential: Credential, scope: Sequence[str]
) -> TokenThere:
    """Adds the token and its scope; a lost answer is settled by looking."""
    provider, name = credential.provider, credential.name
    first, rest = scope[: rules.MAX_DATABASES_PER_CALL], scope[rules.MAX_DATABASES_PER_CALL :]
    view = settled(
        lambda: service.add_token(provider, name, credential.secret, first),
        lambda: service.token(provider, name),
    )
    service.add_to_scope(provider, view.id, rest)
    return view


def rotate(
    service: IntegrationsService, credential: Credential, known_id: str, *, in_place: bool
) -> Rotation:
    """Puts another secret under the token's name, and every database back into its scope.

    ``known_id`` is the token's id in state. A rotation that died half-way left no token, or one
    with another id: then the scope of the removed one, which the service remembers, is put back
    as well; always where a person rotates, since ids there are made of names. ``in_place``
    replaces the secret at once where the token is still the known one.
    """
    there = service.token(credential.provider, credential.name)
    if in_place and there is not None and there.id == known_id:
        return _replace_secret(service, credential, there)
    scope = [] if there is None else there.databases
    if there is None or there.id != known_id or service.by_hand:
        remembered = service.retired_scope(credential.provider, credential.name, known_id)
        scope = [*dict.fromkeys([*scope, *remembered])]
    return recreate(service, credential, there, scope)


def recreate(
    service: IntegrationsService,
    credential: Credential,
    there: TokenThere | None,
    scope: Sequence[str],
) -> Rotation:
    """Removes the token and adds it again: what every target can do.

    The service remembers a removed token's scope: it is made whole before the removal, so that
    the memory is never poorer than the truth.
    """
    if there is not None:
        missing = [database for database in scope if database not in there.databases]
        service.add_to_scope(credential.provider, there.id, missing)
    started = time.monotonic()
    if there is not None:
        service.remove_token(credential.provider, there.id, credential.name, rotating=True)
    view = add_token(service, credential, scope)
    service.finish_rotation(credential.provider, credential.name)
    return _finished(view, time.monotonic() - started)


def _replace_secret(
    service: IntegrationsService, credential: Credential, there: TokenThere
) -> Rotation:
    view = service.replace_secret(credential.provider, there.id, credential.secret)
    return _finished(view, 0.0)


def _finished(view: TokenThere, seconds: float) -> Rotation:
    return Rotation(view, round(seconds, 3), datetime.now(timezone.utc))
