"""The items of which every output is to be written anew before anything else."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "leaving",
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_leaving_item_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_leaving")),
    )
