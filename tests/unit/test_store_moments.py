"""A reader can tell that nobody has written since it began, without a look at the store."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.server.store.store import Store, moment_of


def present(store: Store) -> int:
    """The moment of a session that is opened now."""
    with store.read() as session:
        return moment_of(session)


def test_nobody_writes(store: Store) -> None:
    """However often the store is read, what was seen is as it was."""
    moment = present(store)
    assert store.is_as_seen(moment)
    assert store.is_as_seen(present(store))


def test_somebody_has_written(store: Store) -> None:
    """What was seen before a transaction may be different after it; what is seen then is not."""
    before = present(store)
    with store.write() as session:
        session.add(Database(name="more", port=2))
    assert not store.is_as_seen(before)
    assert store.is_as_seen(present(store))


def test_somebody_is_writing(store: Store) -> None:
    """A transaction that is open may end at any time: nothing that is seen beside it is certain."""
    before = present(store)
    with store.write():
        during = present(store)
        assert (store.is_as_seen(before), store.is_as_seen(during)) == (False, False)
    assert (store.is_as_seen(before), store.is_as_seen(during)) == (False, False)


def test_a_transaction_that_failed(store: Store) -> None:
    """A transaction that comes to nothing leaves later readers as certain as before."""
    with pytest.raises(RuntimeError), store.write():
        raise RuntimeError
    assert store.is_as_seen(present(store))
