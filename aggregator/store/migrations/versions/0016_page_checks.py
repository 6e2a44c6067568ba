"""When the pages of articles are asked for again, to see whether they still stand."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "pagecheck",
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_pagecheck_copy_id_copy")),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_pagecheck")),
    )
    op.create_index(op.f("ix_pagecheck_check_at"), "pagecheck", ["check_at"])
