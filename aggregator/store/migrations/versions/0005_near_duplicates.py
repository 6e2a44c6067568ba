"""What copies are compared by, what they say of where they are from, and items that belong together and stay two."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "shingle",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_shingle_copy_id_copy")),
        sa.PrimaryKeyConstraint("hash", "copy_id", name=op.f("pk_shingle")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shingle_copy_id"), "shingle", ["copy_id"])
    op.create_table(
        "link",
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_link_item_item")),
        sa.ForeignKeyConstraint(["other"], ["item.id"], name=op.f("fk_link_other_item")),
        sa.PrimaryKeyConstraint("item", "other", "kind", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_other"), "link", ["other"])
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("og_url", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("credits", sa.JSON(), nullable=False, server_default="[]"))
