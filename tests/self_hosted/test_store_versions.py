"""Stores are brought to the present schema without losing a row, and never taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, insert, text

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.store.engines import Engines, postgres_engines, sqlite_engines
from pulumi_astra_vectorize.server.store.opening import opened_store
from pulumi_astra_vectorize.server.store.schema import (
    Base,
    Database,
    Entity,
    Integration,
    Record,
    RetiredScope,
    ScopedDatabase,
    UserAccessToken,
    Vector,
)
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.store.versions import (
    PRESENT,
    UNVERSIONED,
    VERSION,
    bring_up_to_date,
)

KEY_WITNESS = "key_witness"
"""The table that 0002 added."""

OUTSTANDING = "outstanding"
"""The column of retired_scopes that 0003 added."""

EARLIER = [UNVERSIONED, "0002"]
"""What stores there are that the program has to bring up to date."""

Rows = dict[str, list[dict[str, object]]]


def version_of(engines: Engines) -> str:
    """The revision that a store says it has."""
    with engines.reading.connect() as connection:
        (version,) = connection.execute(VERSION.select()).one()
        return str(version)


def make_earlier(engines: Engines, version: str) -> None:
    """A store as this program made it at an earlier version, with a row of each kind."""
    added = {KEY_WITNESS} if version == UNVERSIONED else set[str]()
    tables = [one for one in Base.metadata.sorted_tables if one.name not in added]
    with engines.writing.begin() as connection:
        Base.metadata.create_all(connection, tables)
        for row in (
            Database(id="d", name="library", port=1),
            Entity(id=7, database_id="d", keyspace="k", name="n", kind="table", definition={}),
            Record(position=3, entity_id=7, key="1", body={"a": 1}),
            Vector(position=3, column="v", entity_id=7, value=b"1234"),
            Integration(provider="huggingface"),
            UserAccessToken(id="t", provider="huggingface", name="search-prod", secret=b"sealed"),
            ScopedDatabase(token_id="t", database_id="d"),
            RetiredScope(provider="huggingface", name="search", token_id="r", database_id="d"),
        ):
            given = {key: value for key, value in vars(row).items() if not key.startswith("_")}
            connection.execute(insert(type(row)).values(given))
        connection.execute(text(f"ALTER TABLE retired_scopes DROP COLUMN {OUTSTANDING}"))
        if version != UNVERSIONED:
            VERSION.create(connection)
            connection.execute(VERSION.insert().values(version_num=version))


def rows_of(engines: Engines) -> Rows:
    """Every row of every table but the version's."""
    with engines.reading.connect() as connection:
        reflected = MetaData()
        reflected.reflect(connection)
        return {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in reflected.tables.items()
            if name != VERSION.name
        }


def test_new_store_has_the_present_version(engines: Engines) -> None:
    """A new store is at the revision that the program has, and opening it again changes nothing."""
    Store(engines)
    Store(engines)
    assert version_of(engines) == PRESENT


@pytest.mark.parametrize("version", EARLIER)
def test_earlier_store_keeps_every_row(engines: Engines, version: str) -> None:
    """An earlier store is brought up to date with all its rows; no old removal was a rotation's."""
    make_earlier(engines, version)
    before = rows_of(engines)
    Store(engines)
    assert version_of(engines) == PRESENT
    for row in before["retired_scopes"]:
        row[OUTSTANDING] = False
    assert rows_of(engines) == {**before, KEY_WITNESS: []}


@pytest.mark.parametrize("version", EARLIER)
def test_migrated_and_new_stores_have_the_same_schema(engines: Engines, version: str) -> None:
    """After all revisions a store has exactly the tables and columns that the program describes."""
    make_earlier(engines, version)
    Store(engines)
    with engines.reading.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "compare_server_default": True}
        )
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_foreign_keys_hold_after_a_migration(tmp_path: Path) -> None:
    """What sqlite was told to ignore while tables changed counts again afterwards."""
    engines = sqlite_engines(tmp_path)
    make_earlier(engines, UNVERSIONED)
    store = Store(engines)
    with store.read() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    store.close()


def test_newer_store_is_refused_untouched(engines: Engines) -> None:
    """A store that a newer program has changed is refused with a code, and not changed."""
    Store(engines)
    with engines.writing.begin() as connection:
        connection.execute(VERSION.update().values(version_num="9999"))
    with pytest.raises(ConfigurationError) as refused, opened_store(engines, "the store"):
        pass
    assert refused.value.code == "STORE_TOO_NEW"
    assert version_of(engines) == "9999"


def test_instances_that_start_at_once_make_one_store(postgres_url: str) -> None:
    """Several instances that find an empty PostgreSQL at the same time all start."""
    several = [postgres_engines(postgres_url) for _ in range(6)]
    with ThreadPoolExecutor(len(several)) as pool:
        list(pool.map(lambda engines: bring_up_to_date(engines.writing), several))
    assert version_of(several[0]) == PRESENT
    for one in several:
        one.writing.dispose()


def test_postgres_that_is_not_there(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer is named by its code, without a password."""
    url = f"postgresql+psycopg://somebody:pa55word@/nothing?host={tmp_path}"
    with (
        pytest.raises(ConfigurationError) as refused,
        opened_store(postgres_engines(url), "the store"),
    ):
        pass
    assert refused.value.code == "STORAGE_UNREACHABLE"
    assert "pa55word" not in str(refused.value)
