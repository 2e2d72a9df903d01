"""Stores are brought to the present schema without losing a row, and never taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, delete, insert, select, text
from sqlalchemy.exc import IntegrityError

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

EARLIER = [UNVERSIONED, "0002", "0003"]
"""What stores there are that the program has to bring up to date."""

Rows = dict[str, list[dict[str, object]]]


def version_of(engines: Engines) -> str:
    """The revision that a store says it has."""
    with engines.reading.connect() as connection:
        (version,) = connection.execute(VERSION.select()).one()
        return str(version)


def make_earlier(engines: Engines, version: str) -> None:
    """A store as this program made it at an earlier version, with a row of each kind."""
    earlier = MetaData()
    for table in Base.metadata.sorted_tables:
        if table.name != KEY_WITNESS or version != UNVERSIONED:
            table.to_metadata(earlier).dialect_options["sqlite"]["autoincrement"] = False
    with engines.writing.begin() as connection:
        earlier.create_all(connection)
        for row in (
            Database(id="d", name="library", port=1),
            Entity(id=7, database_id="d", keyspace="k", name="n", kind="table", definition={}),
            Record(position=30, entity_id=7, key="1", body={"a": 1}),
            Vector(position=30, column="v", entity_id=7, value=b"1234"),
            Integration(provider="huggingface"),
            UserAccessToken(id="t", provider="huggingface", name="search-prod", secret=b"sealed"),
            ScopedDatabase(token_id="t", database_id="d"),
            RetiredScope(provider="huggingface", name="search", token_id="r", database_id="d"),
        ):
            given = {key: value for key, value in vars(row).items() if not key.startswith("_")}
            connection.execute(insert(type(row)).values(given))
        if version < "0003":
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


@pytest.mark.parametrize("version", [None, *EARLIER])
def test_numbers_are_never_given_twice(engines: Engines, version: str | None) -> None:
    """What is created after a drop has another number than anything that was there before."""
    if version is not None:
        make_earlier(engines, version)
    store = Store(engines)
    given: list[tuple[int, int]] = []
    for _ in range(3):
        with store.write() as session:
            session.merge(Database(id="d", name="library", port=1))
            entity = Entity(database_id="d", keyspace="k", name="new", kind="table", definition={})
            session.add(entity)
            session.flush()
            record = Record(entity_id=entity.id, key="new", body={})
            session.add(record)
            session.flush()
            given.append((entity.id, record.position))
        with store.write() as session:
            session.execute(delete(Entity).filter_by(name="new"))
    entities, positions = (set(numbers) for numbers in zip(*given, strict=True))
    assert (len(entities), len(positions)) == (3, 3)
    assert (7 in entities, 30 in positions) == (False, False)


@pytest.mark.parametrize("version", EARLIER)
def test_foreign_keys_and_indexes_stay(engines: Engines, version: str) -> None:
    """After all revisions a dropped table takes its rows along, and names are still unique."""
    make_earlier(engines, version)
    store = Store(engines)
    again = Entity(database_id="d", keyspace="k", name="n", kind="table", definition={})
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(again)
    with store.write() as session:
        session.execute(delete(Entity))
    with store.read() as session:
        assert (session.scalar(select(Record)), session.scalar(select(Vector))) == (None, None)


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
