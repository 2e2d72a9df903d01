"""Astra's databases: pages, states, keyspaces that take their time, tokens that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.api.target import current_target
from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.keyspace import KeyspaceProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from tests.lifecycle.servers import Server
from tests.targets.acts import SERVICE, add_key, refused
from tests.targets.hooks import Hooks
from tests.targets.organisation import Organisation
from tests.targets.real import TOKEN


def test_databases_come_in_pages(astra: Hooks, organisation: Organisation) -> None:
    """Contract devops.md: 100 at most a page, the next one after the last id; none that ended."""
    organisation.others = [f"other-{number}" for number in range(130)] + ["ended"]

    names = {database.name for database in current_target().databases()}

    assert names == {"library", "archive", *organisation.others} - {"ended"}
    asked = [one for one in organisation.asked if one.startswith("GET /v2/databases?")]
    assert ["starting_after" in one for one in asked] == [False, True]
    assert all("include=nonterminated&provider=ALL&limit=100" in one for one in asked)


def test_databases_without_vectors_are_left_alone(
    astra: Hooks, organisation: Organisation, server: Server
) -> None:
    """A token is proven, and removed, though the organisation has a Serverless (Non-Vector)
    database, which has no Data API; one that is named is told to be no candidate."""
    organisation.non_vector = ("orders",)
    add_key(server, "library")

    assert astra.is_unchanged(astra.create(UserAccessTokenProvider(), name=TOKEN))
    astra.delete(astra.create(IntegrationProvider(), provider="huggingface"))
    with refused("DATABASE_NOT_FOUND") as said:
        astra.create(CollectionProvider(), database="orders", name="notes", dimension=3)
    assert "Serverless (Vector)" in said[0]


def test_the_data_api_stands_under_astras_path(astra: Hooks, organisation: Organisation) -> None:
    """Contract devops.md: `/api/json/v1` on Astra."""
    astra.create(CollectionProvider(), database="library", name="notes", dimension=3)

    commands = [one for one in organisation.asked if one.startswith("POST")]
    assert set(commands) == {"POST /api/json/v1/default_keyspace"}


def test_a_keyspace_is_there_when_the_database_is_active_again(
    astra: Hooks, organisation: Organisation
) -> None:
    """Creation and deletion go through MAINTENANCE, and are waited for."""
    held = astra.create(KeyspaceProvider(), database="library", name="essays")

    assert "essays" in current_target().database("library").info.keyspaces
    assert organisation.statuses == {}
    assert astra.is_unchanged(held)
    astra.delete(held)
    assert astra.read(held) is None
    assert organisation.statuses == {}


@pytest.mark.parametrize("status", ["PARKED", "HIBERNATED", "ERROR"])
def test_a_database_that_sleeps_is_a_clear_error(
    astra: Hooks, organisation: Organisation, status: str
) -> None:
    """Named with its state, with what to do, at once."""
    organisation.set_status("library", status)

    with refused("DATABASE_NOT_ACTIVE") as said:
        astra.create(CollectionProvider(), database="library", name="notes", dimension=3)
    assert f"is {status}" in said[0]
    with refused("DATABASE_NOT_ACTIVE"):
        astra.create(KeyspaceProvider(), database="library", name="essays")


def test_a_hibernated_database_is_woken_if_asked(
    astra: Hooks, organisation: Organisation, server: Server
) -> None:
    """With `databaseWait` a request wakes it, and the run goes on when it is ACTIVE."""
    astra.configure(databaseWait="20")
    organisation.set_status("library", "HIBERNATED")
    organisation.wakes_after = 3

    astra.create(CollectionProvider(), database="library", name="notes", dimension=3)
    assert set(server.collections()) == {"notes"}


def test_a_parked_database_is_waited_for_no_longer_than_asked(
    astra: Hooks, organisation: Organisation
) -> None:
    """No request unparks it: a person has to."""
    astra.configure(databaseWait="0.2")
    organisation.set_status("library", "PARKED")

    with refused("DATABASE_NOT_ACTIVE") as said:
        astra.create(CollectionProvider(), database="library", name="notes", dimension=3)
    assert "is PARKED" in said[0]


def test_a_token_of_another_organisation_is_refused(astra: Hooks) -> None:
    """The DevOps API answers 401 (contract devops.md)."""
    astra.configure(applicationToken="AstraCS:of:another")

    with refused("APPLICATION_TOKEN_REFUSED"):
        current_target().databases()


@pytest.mark.parametrize(
    ("provider", "inputs"),
    [
        (IntegrationProvider(), {}),
        (UserAccessTokenProvider(), {"name": TOKEN}),
        (CollectionProvider(), {"database": "library", "name": "notes", "dimension": 3}),
    ],
)
def test_an_embedded_server_is_not_taken_for_astra(
    local_config: dict[str, str], provider: Provider, inputs: dict[str, Any]
) -> None:
    """It says so itself (docs/differences.md); the error names both settings and the lines."""
    hooks = Hooks({**local_config, "target": "astra"})

    with refused("NOT_ASTRA") as said:
        hooks.create(provider, **inputs)
    assert local_config["endpoint"] in said[0]
    assert "pulumi config set astra-vectorize:target local" in said[0]
    assert "pulumi config rm astra-vectorize:endpoint" in said[0]


def test_a_token_without_the_right_is_refused(astra: Hooks, organisation: Organisation) -> None:
    """What a role may not do is said by the DevOps API."""
    organisation.refused = ("/v2/databases/",)

    with refused("DEVOPS_REFUSED"):
        astra.create(KeyspaceProvider(), database="library", name="essays")


def test_our_integrations_service_is_never_asked(
    astra: Hooks, organisation: Organisation, server: Server
) -> None:
    """Astra has none: everything is learnt from the DevOps API and the Data API."""
    add_key(server, "library")
    astra.create(CollectionProvider(), database="library", name="notes", service=SERVICE)

    assert {one.split("/")[1] for one in organisation.asked} == {"v2", "api"}
    assert server.scope(TOKEN) == {"library"}
