"""The DevOps API through astrapy, the vendor's own client."""

from __future__ import annotations

import pytest
from astrapy import DataAPIClient
from astrapy.admin import AstraDBAdmin
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions
from astrapy.info import AstraDBAdminDatabaseInfo

from tests.server.conftest import Server


@pytest.fixture
def admin(server: Server, _astrapy_connections: None) -> AstraDBAdmin:
    """The administration of Astra, with the server's address instead of Astra's."""
    addresses = DevOpsAPIURLOptions(dev_ops_url=server.url)
    options = APIOptions(dev_ops_api_url_options=addresses)
    client = DataAPIClient(token=server.token, environment="prod", api_options=options)
    return client.get_admin()


def check(shown: AstraDBAdminDatabaseInfo, server: Server) -> None:
    """The database is the one that the server has under this name, in one region."""
    address = server.databases[shown.name]
    assert (shown.id, shown.status, shown.cloud_provider) == (address.id, "ACTIVE", "LOCAL")
    assert "default_keyspace" in shown.keyspaces
    assert (shown.org_id, shown.owner_id) != ("", "")
    (region,) = shown.regions
    assert (region.id, region.name) == (f"{address.id}-1", "local")
    assert None not in (shown.created_at, region.created_at)
    assert shown.raw is not None
    assert shown.raw["dataEndpointUrl"] == address.url


def test_databases_are_listed(admin: AstraDBAdmin, server: Server) -> None:
    """The client lists the databases as they were declared."""
    found = {database.name: database for database in admin.list_databases()}
    assert found.keys() == server.databases.keys()
    for database in found.values():
        check(database, server)


def test_a_database_is_shown(admin: AstraDBAdmin, server: Server) -> None:
    """The client shows one database by its id."""
    check(admin.database_info(server.databases["archive"].id), server)
