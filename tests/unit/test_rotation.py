"""Rotation: another secret under the same name with every database, wherever a run dies."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

import httpx
import pytest

from pulumi_astra_vectorize.errors import AstraVectorizeError, RefusedError
from pulumi_astra_vectorize.lifecycle import State
from pulumi_astra_vectorize.resources._rotation import old_secret
from pulumi_astra_vectorize.resources.user_access_token import (
    UserAccessTokenInputs,
    UserAccessTokenLifecycle,
    UserAccessTokenOutputs,
)
from pulumi_astra_vectorize.settings import Settings
from tests.unit.integrations_fake import (
    PROVIDER,
    WHEN,
    Handler,
    IntegrationsFake,
    dying_at,
    fresh_target,
    losing_one,
)

TOKEN = UserAccessTokenLifecycle()
DATABASES = [f"database-{number:02}" for number in range(25)]
OLD = UserAccessTokenInputs(name="search", secret="hf_old")
NEW = UserAccessTokenInputs(name="search", secret="hf_new")
CALLS = 6
"""Of an undisturbed rotation with 25 databases, as `test_order_of_the_calls` lists them."""


@pytest.fixture
def service(network: list[Handler]) -> IntegrationsFake:
    """A service with a token that serves 25 databases, and an older one's memory."""
    fake = IntegrationsFake()
    fake.retired.append(
        {"tokenId": "older", "name": "search", "databases": ["gone"], "removedAt": WHEN}
    )
    fake.add("search", OLD.credential.secret, DATABASES[:10])
    fake.tokens["token-1"]["databases"] = list(DATABASES)
    network.append(fake)
    return fake


def kept(fake: IntegrationsFake) -> State[UserAccessTokenInputs, UserAccessTokenOutputs]:
    """The state that `pulumi` has of the token before it is rotated."""
    return State(OLD, UserAccessTokenOutputs(token_id="token-1", generation="generation-1"))


def rotate(fake: IntegrationsFake, inputs: UserAccessTokenInputs = NEW) -> UserAccessTokenOutputs:
    """The update that `pulumi up` asks for; state is that of before also after a crash."""
    return TOKEN.update(kept(fake), inputs, fresh_target())


def test_order_of_the_calls(service: IntegrationsFake) -> None:
    """Vendor's page: note the scope, remove, recreate with the same name, add every database."""
    outputs = rotate(service)

    assert service.calls == [
        "GET whoami",
        "GET tokens",
        "DELETE tokens",
        "POST tokens",
        "POST tokens/scope",
        "POST tokens/scope",
    ]
    assert len(service.calls) == CALLS
    assert [len(group) for group in service.scope_calls] == [10, 5]
    (token,) = service.tokens.values()
    assert (token["name"], token["databases"]) == ("search", DATABASES)
    assert service.secrets == {token["id"]: "hf_new"}
    assert (outputs.token_id, outputs.generation) == (token["id"], token["generation"])
    assert outputs.generation != "generation-1"


def test_gap_without_a_token_is_told(
    service: IntegrationsFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vendor's page: embedding is unavailable from the removal until the new token is there."""
    clock = SimpleNamespace(monotonic=iter([100.0, 102.5]).__next__)
    monkeypatch.setattr("pulumi_astra_vectorize.resources._rotation.time", clock)

    assert rotate(service).unavailable_seconds == 2.5


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_rotation_that_died_anywhere_is_finished_by_the_next_run(
    service: IntegrationsFake, network: list[Handler], no_waiting: None, call: int, *, done: bool
) -> None:
    """The second run knows the state of before only: the scope is whole, the secret new."""
    network.append(dying_at(call, service, done=done))
    with pytest.raises(AstraVectorizeError):
        rotate(service)
    network.append(service)
    rotate(service)

    (token,) = service.tokens.values()
    assert sorted(token["databases"]) == DATABASES
    assert service.secrets == {token["id"]: "hf_new"}


@pytest.mark.parametrize("second", range(1, CALLS + 5))
@pytest.mark.parametrize("first", range(1, CALLS + 1))
def test_rotation_that_died_twice_is_finished_by_the_third_run(
    service: IntegrationsFake, network: list[Handler], no_waiting: None, first: int, second: int
) -> None:
    """However often it dies: nothing of the scope is lost."""
    for call in (first, second):
        network.append(dying_at(call, service, done=True))
        with suppress(AstraVectorizeError):
            rotate(service)
    network.append(service)
    rotate(service)

    (token,) = service.tokens.values()
    assert sorted(token["databases"]) == DATABASES
    assert service.secrets == {token["id"]: "hf_new"}


@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_rotation_that_died_is_finished_after_a_refresh(
    service: IntegrationsFake, network: list[Handler], no_waiting: None, call: int
) -> None:
    """Refreshes in between drop nothing: neither a half-made successor nor one still to come."""
    target = fresh_target()
    network.append(dying_at(call, service, done=True))
    with suppress(AstraVectorizeError):
        rotate(service)
    network.append(service)

    state = TOKEN.read(kept(service), target)
    state = state and TOKEN.read(state, target)
    assert state is not None
    TOKEN.update(state, NEW, fresh_target())

    (token,) = service.tokens.values()
    assert sorted(token["databases"]) == DATABASES


@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_one_lost_answer_is_settled_by_looking(
    service: IntegrationsFake, network: list[Handler], no_waiting: None, call: int
) -> None:
    """A change that was done although its answer was lost is not an error."""
    network.append(losing_one(call, service))

    rotate(service)

    (token,) = service.tokens.values()
    assert sorted(token["databases"]) == DATABASES


def test_dead_secret_changes_nothing(service: IntegrationsFake, network: list[Handler]) -> None:
    """The new secret is verified before the old one is removed."""
    network.append(lambda _request: httpx.Response(401))

    with pytest.raises(RefusedError, match="SECRET_REFUSED") as caught:
        rotate(service)

    assert "'search'" in str(caught.value)
    assert "hf_new" not in str(caught.value)
    assert service.secrets == {"token-1": "hf_old"}


@pytest.mark.parametrize("status", [404, 500])
def test_secret_that_could_not_be_verified(
    service: IntegrationsFake, network: list[Handler], status: int
) -> None:
    """An answer that says nothing about the secret does not blame it."""
    network.append(lambda _request: httpx.Response(status))

    with pytest.raises(RefusedError, match="SECRET_NOT_VERIFIED"):
        rotate(service)

    assert service.secrets == {"token-1": "hf_old"}


def test_unchanged_secret_is_no_rotation(service: IntegrationsFake) -> None:
    """Other properties may change without touching the token."""
    inputs = UserAccessTokenInputs(name="search", secret="hf_old", force_destroy=True)

    assert rotate(service, inputs) == kept(service).outputs
    assert service.calls == []


def test_deletion_leaves_a_successor_alone(service: IntegrationsFake) -> None:
    """A token of the same name that somebody else made is not removed with ours."""
    other = UserAccessTokenOutputs(token_id="token-0", generation="generation-0")

    TOKEN.delete(State(OLD, other), fresh_target())

    assert list(service.tokens) == ["token-1"]


def test_another_secret_in_its_place_is_drift(service: IntegrationsFake) -> None:
    """A refresh forgets our secret, so that the next `up` rotates; nothing else changes."""
    stale = State(OLD, UserAccessTokenOutputs(token_id="token-1", generation="stale"))

    found = TOKEN.read(stale, fresh_target())

    assert found is not None
    assert TOKEN.diff(found, OLD).updates == {"secret"}
    assert found.inputs.secret == ""
    assert found.outputs.generation == "generation-1"


def test_token_that_is_gone_is_dropped(service: IntegrationsFake) -> None:
    """A refresh sees that somebody removed it."""
    service.tokens.clear()

    assert TOKEN.read(kept(service), fresh_target()) is None


def test_integration_is_the_one_of_the_fake() -> None:
    """The tests above are about Hugging Face, whose secrets can be verified."""
    assert OLD.integration == PROVIDER


@pytest.mark.parametrize(
    ("target", "told", "seconds", "because"),
    [
        ("local", None, 0, "anew for every request"),
        ("local", 20, 20, "20 seconds after it looked it up"),
        ("self-hosted", None, 300, "300 seconds after its last use"),
        ("self-hosted", 20, 20, "20 seconds after it looked it up"),
        ("self-hosted", 0, 0, "anew for every request"),
        ("astra", None, 300, "300 seconds after its last use"),
    ],
)
def test_old_secret_lives_as_long_as_the_data_api_may_use_it(
    target: str, told: float | None, seconds: float, because: str
) -> None:
    """Contract data-api.md, section 10: 5 minutes after the last use, unless it is set otherwise;
    the embedded server remembers nothing."""
    settings = Settings.model_construct(target=target, credential_cache_seconds=told)

    needed = old_secret(settings)

    assert needed.seconds == seconds
    assert because in needed.because
