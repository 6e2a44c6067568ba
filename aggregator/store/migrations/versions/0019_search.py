"""What readers can find. The index itself is made part by part when the first items are written into it."""

import sqlalchemy as sa
from alembic import op

from aggregator.tables import LargeNumber

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "searched",
        sa.Column("place", LargeNumber, nullable=False, autoincrement=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("sort_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_searched_item_item")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_searched")),
        sa.UniqueConstraint("item", name=op.f("uq_searched_item")),
    )
    op.create_table(
        "searchpart",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first", LargeNumber, nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_searchpart")),
        sa.UniqueConstraint("first", name=op.f("uq_searchpart_first")),
    )
    op.create_table(
        "searchdue",
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_searchdue_item_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_searchdue")),
    )
    op.execute("insert into searchdue (item) select id from item where state = 'published'")
    if op.get_bind().dialect.name == "postgresql":  # see `store.search_vectors`
        op.execute(
            "create table searchvector (place bigint primary key, folded text not null, words tsvector not null)"
        )
        op.execute("create index ix_searchvector_words on searchvector using gin (words) with (fastupdate = off)")
