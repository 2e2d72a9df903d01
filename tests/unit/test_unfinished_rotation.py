"""A rotation that nobody finished: what a refresh, a creation and a deletion make of it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from pulumi_astra_vectorize.errors import AstraVectorizeError, ConflictError
from pulumi_astra_vectorize.lifecycle import State
from pulumi_astra_vectorize.resources.token_scope import (
    TokenScopeInputs,
    TokenScopeLifecycle,
    TokenScopeOutputs,
)
from pulumi_astra_vectorize.resources.user_access_token import (
    UserAccessTokenInputs,
    UserAccessTokenLifecycle,
    UserAccessTokenOutputs,
)
from tests.unit.integrations_fake import Handler, IntegrationsFake, dying_at, fresh_target

TOKEN = UserAccessTokenLifecycle()
SCOPE = TokenScopeLifecycle()
DATABASES = [f"database-{number:02}" for number in range(25)]
OLD = UserAccessTokenInputs(name="search", secret="hf_old")
NEW = UserAccessTokenInputs(name="search", secret="hf_new")
ADOPTING = NEW.model_copy(update={"adopt": True})
KEPT = State(OLD, UserAccessTokenOutputs(token_id="token-1", generation="generation-1"))
"""The state of before."""

REMOVED = 3
"""The call of a rotation that removes the token: verification, look, removal."""
ROTATION = range(1, 8)
"""All its calls; after the removal: creation, twice the rest of the scope. The last is none."""
ADOPTION = range(1, 12)
"""Of a token with a part of its scope, whose rest comes first, or less."""


@pytest.fixture
def service(network: list[Handler]) -> IntegrationsFake:
    """A service with a token that serves 25 databases."""
    fake = IntegrationsFake()
    fake.add("search", "hf_old", DATABASES[:10])
    fake.tokens["token-1"]["databases"] = list(DATABASES)
    network.append(fake)
    return fake


def rotate_until(call: int, service: IntegrationsFake, network: list[Handler]) -> None:
    """A rotation whose connection dies after that call."""
    network.append(dying_at(call, service, done=True))
    with suppress(AstraVectorizeError):
        TOKEN.update(KEPT, NEW, fresh_target())
    network.append(service)


def create(service: IntegrationsFake) -> None:
    """What a person does whose state knows no token: a half-made one is not taken silently."""
    if not service.tokens:
        TOKEN.create(NEW, fresh_target())
        return
    with pytest.raises(ConflictError, match="TOKEN_NAME_TAKEN"):
        TOKEN.create(NEW, fresh_target())
    TOKEN.create(ADOPTING, fresh_target())


def assert_whole(service: IntegrationsFake) -> None:
    """The one token has the new secret and every database, and nothing is left to be put back."""
    (token,) = service.tokens.values()
    assert sorted(token["databases"]) == DATABASES
    assert service.secrets == {token["id"]: "hf_new"}
    assert not any(view["outstanding"] for view in service.retired)


@pytest.mark.parametrize("inputs", [OLD, NEW], ids=["old secret", "new secret"])
def test_token_in_the_gap_is_not_gone(
    service: IntegrationsFake,
    network: list[Handler],
    no_waiting: None,
    inputs: UserAccessTokenInputs,
) -> None:
    """A refresh keeps it, and the next `up` adds it, also for a program that was taken back."""
    rotate_until(REMOVED, service, network)

    state = TOKEN.read(KEPT, fresh_target())

    assert state is not None
    assert TOKEN.diff(state, inputs).updates == {"secret"}
    TOKEN.update(state, inputs, fresh_target())
    (token,) = service.tokens.values()
    assert sorted(token["databases"]) == DATABASES


def test_scope_in_the_gap_is_not_gone(
    service: IntegrationsFake, network: list[Handler], no_waiting: None
) -> None:
    """A refresh keeps the databases that will be put back; what nobody puts back is dropped."""
    items = [
        {"written": "library", "id": DATABASES[0], "name": "library"},
        {"written": "attic", "id": "database-99", "name": "attic"},
    ]
    inputs = TokenScopeInputs(
        token="search", generation="generation-1", databases=["library", "attic"]
    )
    rotate_until(REMOVED, service, network)

    state = SCOPE.read(State(inputs, TokenScopeOutputs(scoped_databases=items)), fresh_target())

    assert state is not None
    assert state.inputs.databases == ["library"]
    assert state.inputs.generation == "generation-1"


@pytest.mark.parametrize("call", ROTATION)
def test_creation_finishes_a_rotation(
    service: IntegrationsFake, network: list[Handler], no_waiting: None, call: int
) -> None:
    """Where the state has lost the token: added with the scope of before, or adopted with it."""
    rotate_until(call, service, network)

    create(service)

    assert_whole(service)


@pytest.mark.parametrize("second", ADOPTION)
@pytest.mark.parametrize("first", ROTATION)
def test_creation_that_died_as_well_is_finished(
    service: IntegrationsFake, network: list[Handler], no_waiting: None, first: int, second: int
) -> None:
    """Killed in the rotation and in the creation after it: the next one has every database."""
    rotate_until(first, service, network)
    network.append(dying_at(second, service, done=True))
    with suppress(AstraVectorizeError):
        create(service)
    network.append(service)

    create(service)

    assert_whole(service)


def test_deletion_in_the_gap_gives_the_scope_up(
    service: IntegrationsFake, network: list[Handler], no_waiting: None
) -> None:
    """Who destroys what was being rotated and creates it again gets an empty scope."""
    rotate_until(REMOVED, service, network)

    TOKEN.delete(KEPT, fresh_target())
    assert TOKEN.read(KEPT, fresh_target()) is None
    TOKEN.create(NEW, fresh_target())

    (token,) = service.tokens.values()
    assert token["databases"] == []


def test_deleted_on_purpose_is_created_empty(
    service: IntegrationsFake, network: list[Handler], no_waiting: None
) -> None:
    """Neither the token's last scope nor one that a rotation left half-way comes back."""
    rotate_until(REMOVED + 1, service, network)
    (successor,) = service.tokens.values()
    outputs = UserAccessTokenOutputs(token_id=successor["id"], generation=successor["generation"])
    TOKEN.delete(State(NEW.model_copy(update={"force_destroy": True}), outputs), fresh_target())

    TOKEN.create(NEW, fresh_target())

    (token,) = service.tokens.values()
    assert token["databases"] == []
