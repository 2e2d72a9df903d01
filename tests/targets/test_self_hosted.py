"""What a self-hosted Data API is: one database under an alias, opened by user and password."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.api.target import current_target
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.keyspace import KeyspaceProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from tests.lifecycle.servers import Server
from tests.targets.acts import refused
from tests.targets.hooks import Hooks
from tests.targets.real import SECRET, TOKEN


@pytest.fixture
def cluster(cluster_config: dict[str, str]) -> Hooks:
    """The provider's hooks on target `self-hosted`."""
    return Hooks(cluster_config)


def test_the_cluster_is_one_database_under_its_alias(cluster: Hooks) -> None:
    """Contract credentials.md: a self-hosted Data API asks by the id SINGLE-TENANT."""
    cluster.configure(databaseAlias="the-cluster")

    (database,) = current_target().databases()

    assert (database.name, database.id) == ("the-cluster", "SINGLE-TENANT")
    assert database.info.keyspaces == ["default_keyspace"]


def test_a_keyspace_may_be_called_like_a_system(cluster: Hooks) -> None:
    """Cassandra's own keyspaces are left out by their whole names, not by how they begin."""
    held = cluster.create(KeyspaceProvider(), database="library", name="system_of_record")

    assert cluster.is_unchanged(held)
    assert "system" not in current_target().database("library").info.keyspaces
    cluster.delete(held)
    assert cluster.read(held) is None


def test_a_token_is_scoped_to_the_tenant(cluster: Hooks, server: Server) -> None:
    """What the Data API will ask for is what the scope holds; a rotation keeps it."""
    cluster.create(IntegrationProvider(), provider="huggingface")
    token = cluster.create(UserAccessTokenProvider(), name=TOKEN, secret=SECRET)
    scope = cluster.create(TokenScopeProvider(), token=TOKEN, databases=["library"])

    assert [item["id"] for item in scope.outputs["scoped_databases"]] == ["SINGLE-TENANT"]
    cluster.update(token, secret="hf_the_second_secret")
    assert server.scope(TOKEN) == {"library"}
    cluster.delete(scope)
    assert server.scope(TOKEN) == set()


@pytest.mark.parametrize(
    ("missing", "code"),
    [("dataApiEndpoint", "DATA_API_ENDPOINT_MISSING"), ("password", "CREDENTIALS_MISSING")],
)
def test_what_the_target_needs_is_named(cluster: Hooks, missing: str, code: str) -> None:
    """Which key of the config, and which variable."""
    del cluster.config[missing]
    cluster.configure()

    with refused(code) as said:
        current_target()
    assert missing in said[0]


def test_a_wrong_password_is_told_as_one(cluster: Hooks) -> None:
    """The Data API answers 401 (contract data-api.md, section 1)."""
    cluster.configure(password="wrong")

    with refused("CREDENTIALS_REFUSED"):
        current_target().databases()
