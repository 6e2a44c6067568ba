"""The pages of items, and the addresses that are left behind when they go."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "itempage",
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_itempage_item_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_itempage")),
    )
    is_due = sa.text("due != ''")
    op.create_index("ix_itempage_due", "itempage", ["due"], sqlite_where=is_due, postgresql_where=is_due)
