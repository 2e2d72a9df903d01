"""The Database object of the DevOps API (contract devops.md)."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.store.keyspaces import keyspaces_of
from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.wire import EMBEDDED_CLOUD

ORGANISATION = "00000000-0000-0000-0000-000000000001"
"""The one organisation that a server stands for."""

REGION = EMBEDDED_CLOUD.lower()
DATABASE_TYPE = "vector"
TIER = "serverless"

NOT_TERMINATED = "0001-01-01T00:00:00Z"
"""What Astra says of a database that lives."""


class _View(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Datacenter(_View):
    """Where a database is: here in one place."""

    id: str
    name: str = "dc-1"
    region: str = REGION
    cloud_provider: str = EMBEDDED_CLOUD
    tier: str = TIER
    status: str
    date_created: datetime


class DatabaseInfo(_View):
    """What the database is made of; ``keyspace`` is the default one, None when it has none."""

    name: str
    keyspace: str | None
    keyspaces: list[str]
    additional_keyspaces: list[str]
    cloud_provider: str = EMBEDDED_CLOUD
    region: str = REGION
    tier: str = TIER
    datacenters: list[Datacenter]
    db_type: str = DATABASE_TYPE


class DatabaseView(_View):
    """A database as the DevOps API shows it."""

    id: str
    org_id: str = ORGANISATION
    owner_id: str = ORGANISATION
    info: DatabaseInfo
    creation_time: datetime
    termination_time: str = NOT_TERMINATED
    status: str
    db_type: str = DATABASE_TYPE
    data_endpoint_url: str
    studio_url: str = ""
    """There is no Studio here."""


def database_view(
    session: Session, database: Database, default_keyspace: str, endpoint: str
) -> DatabaseView:
    """The database as callers see it; ``endpoint`` is the address of its Data API."""
    names = keyspaces_of(session, database.id)
    default = default_keyspace if default_keyspace in names else next(iter(names), None)
    return DatabaseView(
        id=database.id,
        info=DatabaseInfo(
            name=database.name,
            keyspace=default,
            keyspaces=names,
            additional_keyspaces=[name for name in names if name != default],
            datacenters=[
                Datacenter(
                    id=f"{database.id}-1",
                    status=database.status,
                    date_created=database.created_at,
                )
            ],
        ),
        creation_time=database.created_at,
        status=database.status,
        data_endpoint_url=endpoint,
    )
