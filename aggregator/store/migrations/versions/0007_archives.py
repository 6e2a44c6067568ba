"""Archive documents: which there are, and which items stand in them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "archivedocument",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("topic", "number", name=op.f("pk_archivedocument")),
    )
    with op.batch_alter_table("topicstate") as batch_op:
        batch_op.add_column(sa.Column("left_out", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("placement") as batch_op:
        batch_op.add_column(sa.Column("archive", sa.Integer(), nullable=True))
        batch_op.create_index("ix_placement_topic_archive", ["topic", "archive"])
