"""The rows of the embedded server's store, one class a kind of thing."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    LargeBinary,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ACTIVE = "ACTIVE"
"""The status of a database that answers (contract devops.md)."""


def new_id() -> str:
    """A fresh identifier, in the form that Astra gives to databases and tokens."""
    return str(uuid4())


def now() -> datetime:
    """The present moment in UTC: the store keeps no other time zone."""
    return datetime.now(timezone.utc)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; sqlite forgets the time zone, PostgreSQL gives it in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """The moment as it was written: with its zone."""
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


NEVER_TWICE: dict[str, Any] = {"sqlite_autoincrement": True}
"""Of tables whose numbers are remembered outside a transaction: without it sqlite gives the number
of a row that was deleted to the next one. PostgreSQL's sequences never do."""


class Base(DeclarativeBase):
    """The common root of all rows."""


class Database(Base):
    """A database of the organisation; its Data API listens on a port of its own."""

    __tablename__ = "databases"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(index=True)
    port: Mapped[int]
    classic: Mapped[bool] = mapped_column(default=False)
    """Declared as created before June 24, 2024: five collections instead of ten."""
    status: Mapped[str] = mapped_column(default=ACTIVE)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Keyspace(Base):
    """A keyspace of a database."""

    __tablename__ = "keyspaces"
    database_id: Mapped[str] = mapped_column(
        ForeignKey("databases.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)


class Entity(Base):
    """A collection or an API table: they share one space of names in a keyspace."""

    __tablename__ = "entities"
    __table_args__ = (UniqueConstraint("database_id", "keyspace", "name"), NEVER_TWICE)
    id: Mapped[int] = mapped_column(primary_key=True)
    """Never given twice: who remembers it means this one, even when it is gone."""
    database_id: Mapped[str] = mapped_column(ForeignKey("databases.id", ondelete="CASCADE"))
    keyspace: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    """``collection`` or ``table``."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    """A collection's ``options`` or a table's ``definition``, as an explain answer shows it."""


class Index(Base):
    """An index of an API table."""

    __tablename__ = "indexes"
    __table_args__ = (UniqueConstraint("database_id", "keyspace", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    database_id: Mapped[str]
    keyspace: Mapped[str]
    name: Mapped[str]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """``regular`` or ``vector``: the ``indexType`` of listIndexes."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    """``{"column": ..., "options": {...}}`` as listIndexes explains it."""


class Record(Base):
    """A document of a collection or a row of a table."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("entity_id", "key"), NEVER_TWICE)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Rises with every insert, and is never given twice: the order in which find pages without a
    sort, and what the vectors in memory are known by."""
    entity_id: Mapped[int] = mapped_column(
        ForeignKey("entities.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str]
    """The canonical JSON of ``_id``, or of the list of the primary key's values."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Everything but the vectors."""


class Vector(Base):
    """A vector of a record: column ``$vector`` for collections, the column's name for tables."""

    __tablename__ = "vectors"
    position: Mapped[int] = mapped_column(
        ForeignKey("records.position", ondelete="CASCADE"), primary_key=True
    )
    column: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(index=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    """float32, little-endian, as numpy writes it."""


class Integration(Base):
    """An embedding provider that the organisation has added."""

    __tablename__ = "integrations"
    provider: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class UserAccessToken(Base):
    """A user access token of the embedding provider, kept under a name."""

    __tablename__ = "user_access_tokens"
    __table_args__ = (UniqueConstraint("provider", "name"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    """New with every creation: a removal names it, so it never hits a token's successor."""
    provider: Mapped[str] = mapped_column(ForeignKey("integrations.provider"))
    name: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted; see server/sealing.py."""
    generation: Mapped[str] = mapped_column(default=new_id)
    """New with every secret that the token gets."""
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ScopedDatabase(Base):
    """A database that may use a user access token."""

    __tablename__ = "scoped_databases"
    token_id: Mapped[str] = mapped_column(
        ForeignKey("user_access_tokens.id", ondelete="CASCADE"), primary_key=True
    )
    database_id: Mapped[str] = mapped_column(primary_key=True)


class RetiredScope(Base):
    """A database of a removed token's scope, kept so that a rotation can put it back.

    By token and not by name alone: a rotation that died half-way must find the scope of the token
    that it removed, whatever was removed under that name since.
    """

    __tablename__ = "retired_scopes"
    provider: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(primary_key=True)
    database_id: Mapped[str] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    outstanding: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A rotation removed the token, and no token of the name has got the database since."""


class KeyWitness(Base):
    """A sealed text that is no secret: whoever can open it has the key of this store."""

    __tablename__ = "key_witness"
    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
