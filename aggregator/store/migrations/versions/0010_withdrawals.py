"""Articles that were taken back, and the hashes by which they are known again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("copies", sa.JSON(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=False),
        sa.Column("lifted_why", sa.String(), nullable=False),
        sa.Column("is_noted", sa.Boolean(), nullable=False),
        sa.Column("is_purged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_withdrawal")),
    )
    op.create_table(
        "withdrawnmark",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["public_id"], ["withdrawal.public_id"], name=op.f("fk_withdrawnmark_public_id_withdrawal")
        ),
        sa.PrimaryKeyConstraint("hash", "kind", "public_id", "part", name=op.f("pk_withdrawnmark")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_withdrawnmark_public_id"), "withdrawnmark", ["public_id"])
