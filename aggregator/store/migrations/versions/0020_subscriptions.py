"""Hubs that tell of a source's news: which ones its feed names, and what they were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "subscription",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("token", "source", "hub", "feed", "callback")),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_for", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("act_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ending", sa.Boolean(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_source"), "subscription", ["source"])
    op.create_index(op.f("ix_subscription_act_at"), "subscription", ["act_at"])
    op.add_column("pollstate", sa.Column("hubs", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("pollstate", sa.Column("self_url", sa.String(), nullable=False, server_default=""))
