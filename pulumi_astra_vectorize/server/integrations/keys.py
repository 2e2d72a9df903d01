"""The key of a store: proven at start, exchanged by command."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.sealing import Sealer, WrongKeyError
from pulumi_astra_vectorize.server.store.schema import KeyWitness, UserAccessToken
from pulumi_astra_vectorize.server.store.store import Store

WITNESS_ID = 1
WITNESS = "the key of this store"


def check_key(store: Store, sealer: Sealer) -> None:
    """Makes sure that the keys open all that the store holds, and leaves a witness of them.

    Raises:
        ConfigurationError: WRONG_KEY.
    """
    with store.write() as session:
        _refuse_wrong_key(session, sealer)
        if session.get(KeyWitness, WITNESS_ID) is None:
            session.add(KeyWitness(id=WITNESS_ID, sealed=sealer.seal(WITNESS)))


def seal_anew(store: Store, sealer: Sealer) -> int:
    """Seals every secret with the first of the sealer's keys, all or none; returns how many.

    What tokens are to callers does not change, and neither does their generation.

    Raises:
        ConfigurationError: WRONG_KEY.
    """
    with store.write() as session:
        _refuse_wrong_key(session, sealer)
        tokens = session.scalars(select(UserAccessToken)).all()
        for token in tokens:
            token.secret = sealer.renew(token.secret)
        session.merge(KeyWitness(id=WITNESS_ID, sealed=sealer.seal(WITNESS)))
        return len(tokens)


def _refuse_wrong_key(session: Session, sealer: Sealer) -> None:
    sealed = [
        *session.scalars(select(KeyWitness.sealed)),
        *session.scalars(select(UserAccessToken.secret)),
    ]
    try:
        for one in sealed:
            sealer.open(one)
    except WrongKeyError:
        raise ConfigurationError(
            "WRONG_KEY",
            "the key is not the one that the secrets of this store were sealed with",
            fix="put the right key back; without it the user access tokens are lost",
        ) from None
