"""The pages of a topic's months."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "monthpage",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("due_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("topic", "month", name=op.f("pk_monthpage")),
    )
    # Which months there are is noted when items are routed.
    op.execute("insert into dirty (item) select id from item")
