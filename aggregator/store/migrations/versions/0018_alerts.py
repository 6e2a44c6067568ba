"""What needs a person, who has been told of it, and how the database grows."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    key = ("kind", "subject", "about")
    op.create_table(
        "alert",
        *(sa.Column(name, sa.String(), nullable=False) for name in key),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_alert")),
    )
    op.create_table(
        "alerttold",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("way", *key)),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("way", *key, name=op.f("pk_alerttold")),
    )
    op.create_table(
        "alertway",
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("way", name=op.f("pk_alertway")),
    )
    op.create_table(
        "growth",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("database_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_growth")),
    )
