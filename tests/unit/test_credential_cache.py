"""The memory of secrets, as a real Data API has it (contract data-api.md, section 10)."""

from __future__ import annotations

from typing import Literal

import pytest

from pulumi_astra_vectorize.server.control.credential_cache import CAPACITY, CredentialCache
from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings
from pulumi_astra_vectorize.server.lookups.credentials import CredentialError


class Service:
    """The look-up and the clock; ``secret`` None is a credential that is missing."""

    def __init__(self) -> None:
        self.secret: str | None = "hf_first"
        self.now = 0.0
        self.cache = CredentialCache(lambda: self.now)

    def look_up(self) -> str:
        if self.secret is None:
            raise CredentialError("CREDENTIAL_NOT_FOUND", "it is gone")
        return self.secret

    def used(self, at: float, key: str = "key") -> str | None:
        """What a use at this second gets."""
        self.now = at
        return self.cache.secret(key, self.look_up)


@pytest.fixture
def service() -> Service:
    return Service()


def remember(
    service: Service, seconds: float, after: Literal["access", "write"] = "access"
) -> None:
    service.cache.configure(CredentialCacheSettings(seconds=seconds, after=after))


def test_nothing_is_remembered_unless_told(service: Service) -> None:
    """The embedded server itself sees a rotation at once."""
    service.used(0)
    service.secret = "hf_second"
    assert service.used(0) == "hf_second"


def test_removed_secret_lives_on_while_it_is_used(service: Service) -> None:
    """With the real one's 300 seconds after the last use, uses at 126, 246 and 366 s still work,
    and after 306 idle seconds it is gone."""
    remember(service, 300)
    service.used(0)
    service.secret = None
    assert [service.used(at) for at in (126, 246, 366)] == ["hf_first"] * 3
    with pytest.raises(CredentialError):
        service.used(673)


def test_error_is_not_remembered(service: Service) -> None:
    """A look-up that is answered with an error is made again at the next use."""
    remember(service, 300)
    service.secret = None
    with pytest.raises(CredentialError):
        service.used(0)
    service.secret = "hf_restored"
    assert service.used(1) == "hf_restored"


def test_empty_answer_is_remembered(service: Service) -> None:
    """After a restore uses at 673 and 913 s still fail, and each renews it; 310 idle seconds
    later it works."""
    service.cache.configure(CredentialCacheSettings(seconds=300, empty_answers=True))
    service.secret = None
    assert service.used(600) is None
    service.secret = "hf_restored"
    assert [service.used(at) for at in (673, 913)] == [None, None]
    assert service.used(1223) == "hf_restored"


def test_time_since_the_look_up_bounds_it(service: Service) -> None:
    """Counted from the look-up, a secret is read again however often it is used."""
    remember(service, 20, after="write")
    service.used(0)
    service.secret = "hf_second"
    assert [service.used(at) for at in (10, 19, 20)] == ["hf_first", "hf_first", "hf_second"]


def test_each_key_for_itself(service: Service) -> None:
    """Another token, database or credential has its own memory."""
    remember(service, 300)
    service.used(0, "one")
    service.secret = "hf_second"
    assert (service.used(1, "two"), service.used(1, "one")) == ("hf_second", "hf_first")


def test_room_for_a_thousand(service: Service) -> None:
    """The least recently used is forgotten for the thousand and first."""
    remember(service, 300)
    for number in range(CAPACITY):
        service.used(0, str(number))
    service.used(0, "0")
    service.used(0, "one more")
    service.secret = "hf_second"
    assert (service.used(0, "0"), service.used(0, "1")) == ("hf_first", "hf_second")
