"""What is usual for each source, and which copies are held because they are not."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sourceprofile",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_sourceprofile")),
    )
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("held_why", sa.String(), nullable=False, server_default=""))
    is_held = sa.text("held != ''")
    op.create_index("ix_copy_held", "copy", ["held"], sqlite_where=is_held, postgresql_where=is_held)
