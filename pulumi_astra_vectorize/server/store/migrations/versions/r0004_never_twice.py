"""The numbers of collections, tables and records are never given twice."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """On sqlite the tables are copied, every number as it is; PostgreSQL has sequences anyway."""
    if op.get_context().dialect.name != "sqlite":
        return
    for table in ("entities", "records"):
        never_twice = {"sqlite_autoincrement": True}
        with op.batch_alter_table(table, recreate="always", table_kwargs=never_twice):
            """Nothing else about it changes."""
