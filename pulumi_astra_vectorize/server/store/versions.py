"""Which schema a store has, and how it gets to the present one without losing a row.

New stores are made whole; Alembic, which takes a while to import, is asked only when a store is
older. Its revisions are in ``migrations/versions``.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from pulumi_astra_vectorize.server.store.schema import Base, Integration

PRESENT: Final = "0004"
"""The revision that ``schema.py`` describes."""

UNVERSIONED: Final = "0001"
"""What stores were before they had a version."""

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table."""


class StoreTooNewError(Exception):
    """A newer version of this program has changed the store; this one leaves it alone."""


def bring_up_to_date(engine: Engine) -> None:
    """Makes a new store's tables, or changes an older store's; all or nothing.

    ``engine`` begins transactions that exclude other writers, so that of several instances that
    start at once one does it. Raises StoreTooNewError for a revision that is not known here.
    """
    with engine.begin() as connection:
        version = _version(connection)
        if version == PRESENT:
            return
        if version is None and not inspect(connection).has_table(Integration.__tablename__):
            Base.metadata.create_all(connection)
            _note(connection, PRESENT)
            return
    _migrate(engine)


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        _suspend_foreign_keys(connection)
        with connection.begin():
            version = _version(connection)
            if version is None:
                _note(connection, UNVERSIONED)
            _upgrade(connection, version or UNVERSIONED)
        connection.invalidate()  # the next user gets a connection with foreign keys


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.scalar(select(VERSION.c.version_num))


def _note(connection: Connection, version: str) -> None:
    VERSION.create(connection, checkfirst=True)
    connection.execute(VERSION.insert().values(version_num=version))


def _suspend_foreign_keys(connection: Connection) -> None:
    """sqlite changes tables by copying and dropping them, and a drop cascades to what refers to
    it; within a transaction the setting could not be changed."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.close()


def _upgrade(connection: Connection, version: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        ScriptDirectory.from_config(config).get_revision(version)
    except CommandError:
        raise StoreTooNewError(f"the store has revision {version}") from None
    command.upgrade(config, PRESENT)
