"""What articles of one source have in common: the lines they share, and copies to be looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "block",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "fingerprint", name=op.f("pk_block")),
    )
    op.create_table(
        "relearn",
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_relearn_copy_id_copy")),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_relearn")),
    )
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("whole_html", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("lines", sa.LargeBinary(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("removed", sa.JSON(), nullable=False, server_default="[]"))
