"""What items on one event are found and compared by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("newsroom", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("story", sa.Integer(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("rare", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_report_item_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_seen_at"), "report", ["seen_at"])
    op.create_index(op.f("ix_report_story"), "report", ["story"])
    op.create_table(
        "reportword",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["report.item"], name=op.f("fk_reportword_item_report")),
        sa.PrimaryKeyConstraint("language", "word", "item", name=op.f("pk_reportword")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_reportword_item"), "reportword", ["item"])
    op.create_table(
        "wordcount",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("language", "word", name=op.f("pk_wordcount")),
        sqlite_with_rowid=False,
    )
