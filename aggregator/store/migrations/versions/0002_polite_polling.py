"""What polite polling remembers: moves, ends, rhythm, hosts at rest, robots.txt, the last polls of each source."""

import sqlalchemy as sa
from alembic import op

from aggregator.tables import UTCDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "pollevent",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "place", name=op.f("pk_pollevent")),
    )
    op.create_table(
        "hoststate",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hoststate")),
    )
    op.create_table(
        "robotsstate",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("fetched_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robotsstate")),
    )
    with op.batch_alter_table("pollstate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failure", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("newest_at", UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("remark", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("hints", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("entries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("entries_hash", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("moved_to", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("moved_at", UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("gone_at", UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("polls", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_pollstate_entries_hash"), ["entries_hash"], unique=False)
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restrictions", sa.JSON(), nullable=False, server_default="[]"))
