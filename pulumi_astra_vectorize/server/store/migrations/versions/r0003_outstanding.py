"""Which databases of a removed token's scope a rotation has still to put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the column; of the removals before nobody knows which were a rotation's."""
    outstanding = sa.Column("outstanding", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("retired_scopes", outstanding)
