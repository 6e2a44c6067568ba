"""The entries that each source's feed held when it was last read, by their marks."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "knownentries",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_knownentries")),
    )
