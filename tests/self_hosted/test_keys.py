"""The keys that secrets are sealed with: proven at start, exchanged without losing a secret."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.integrations.integrations import add_integration
from pulumi_astra_vectorize.server.integrations.keys import check_key, seal_anew
from pulumi_astra_vectorize.server.integrations.tokens import add_token, all_tokens
from pulumi_astra_vectorize.server.lookups.credentials import resolve_secret
from pulumi_astra_vectorize.server.master_key import sealer_of_file, sealer_of_text
from pulumi_astra_vectorize.server.sealing import Sealer
from pulumi_astra_vectorize.server.store.engines import Engines
from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.wire import NewToken, TokenView

OLD, NEW = (urlsafe_b64encode(letter * 32).decode() for letter in (b"o", b"n"))
"""The same in every process that runs tests."""


@dataclass(frozen=True)
class OpenVault:
    """A store with the keys of one start."""

    store: Store
    sealer: Sealer

    def secret(self) -> str:
        """The stored secret, as the Data API would get it."""
        return resolve_secret(self, "huggingface", "search-prod.providerKey", "d")

    def token(self) -> TokenView:
        """The stored token, as a client of the integrations service sees it."""
        with self.store.read() as session:
            return all_tokens(session, "huggingface")[0]


@pytest.fixture
def store(engines: Engines) -> Iterator[Store]:
    """A store with one token, sealed with the old key."""
    store = Store(engines)
    sealer = Sealer([OLD])
    check_key(store, sealer)
    with store.write() as session:
        session.add(Database(id="d", name="library", port=0))
        add_integration(session, "huggingface")
        new = NewToken(name="search-prod", secret=SecretStr("hf_secret"), databases=["d"])
        add_token(session, sealer, "huggingface", new)
    yield store
    store.close()


def test_secret_is_not_in_the_store_as_it_is(store: Store, engines: Engines) -> None:
    """What lies in the database is not the secret, and not the secret in another spelling."""
    with engines.reading.connect() as connection:
        (sealed,) = connection.exec_driver_sql("SELECT secret FROM user_access_tokens").one()
    assert b"hf_secret" not in bytes(sealed)
    assert OpenVault(store, Sealer([OLD])).secret() == "hf_secret"


def test_wrong_key_is_refused_at_start(store: Store) -> None:
    """A start with another key ends in WRONG_KEY and leaves the secrets readable."""
    with pytest.raises(ConfigurationError) as refused:
        check_key(store, Sealer([NEW]))
    assert refused.value.code == "WRONG_KEY"
    assert OpenVault(store, Sealer([OLD])).secret() == "hf_secret"


def test_wrong_key_is_refused_while_there_is_no_secret_yet(engines: Engines) -> None:
    """The second instance of an empty store needs the key of the first."""
    store = Store(engines)
    check_key(store, Sealer([OLD]))
    with pytest.raises(ConfigurationError) as refused:
        check_key(store, Sealer([NEW]))
    assert refused.value.code == "WRONG_KEY"


def test_new_key_takes_over(store: Store) -> None:
    """After the exchange the new key alone opens everything, and the old key nothing."""
    before = OpenVault(store, Sealer([OLD])).token()
    assert seal_anew(store, Sealer([NEW, OLD])) == 1
    check_key(store, Sealer([NEW]))
    after = OpenVault(store, Sealer([NEW]))
    assert (after.secret(), after.token()) == ("hf_secret", before)
    with pytest.raises(ConfigurationError):
        check_key(store, Sealer([OLD]))


def test_instances_with_both_keys_work_before_and_after(store: Store) -> None:
    """Whoever knows both keys reads what either of them sealed, in any order."""
    running = OpenVault(store, Sealer([OLD, NEW]))
    assert running.secret() == "hf_secret"
    seal_anew(store, Sealer([NEW, OLD]))
    assert running.secret() == "hf_secret"


def test_exchange_without_the_old_key_changes_nothing(store: Store) -> None:
    """Without the key that secrets are sealed with, nothing is sealed anew."""
    with pytest.raises(ConfigurationError) as refused:
        seal_anew(store, Sealer([NEW]))
    assert refused.value.code == "WRONG_KEY"
    assert OpenVault(store, Sealer([OLD])).secret() == "hf_secret"


@pytest.mark.parametrize("keys", ["", "secret", f"{OLD} secret", OLD[:-2]])
def test_what_is_no_key_is_not_shown(keys: str) -> None:
    """Something else than keys is refused by a code, without its text."""
    with pytest.raises(ConfigurationError) as refused:
        sealer_of_text(keys, "the master key")
    assert refused.value.code == "MASTER_KEY_INVALID"
    assert OLD not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_keys_of_a_file(tmp_path: Path) -> None:
    """A file has one key a line, the first seals; a file that is not there has a code."""
    file = tmp_path / "master.key"
    file.write_text(f"{NEW}\n{OLD}\n")
    sealed = sealer_of_file(file).seal("text")
    assert Sealer([NEW]).open(sealed) == "text"
    with pytest.raises(ConfigurationError) as refused:
        sealer_of_file(tmp_path / "nothing")
    assert refused.value.code == "MASTER_KEY_UNREADABLE"
