"""What stands in a keyspace goes with it, whoever dropped it."""

from __future__ import annotations

from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.settings import Settings
from tests.server.conftest import Server


def test_keyspace_that_is_gone_lists_nothing(server: Server) -> None:
    """A destroy that drops a keyspace does not fail what still looks into it."""
    address = server.databases["library"]
    transport = Transport(
        address.url, {"Token": server.token}, Settings.model_construct(timeout_seconds=30)
    )
    api = DataApi(transport)

    assert (api.collections("dropped_meanwhile"), api.tables("dropped_meanwhile")) == ({}, {})
    transport.close()
