"""The accepted sources file itself, so that a change can be compared with it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("config", sa.Column("text", sa.String(), nullable=False, server_default=""))
