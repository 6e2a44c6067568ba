"""The first tables."""

import sqlalchemy as sa
from alembic import op

from aggregator.tables import LargeNumber, UTCDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "config",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("id_domain", sa.String(), nullable=False),
        sa.Column("id_date", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_why", sa.String(), nullable=False),
        sa.Column("release_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("first_published_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("sort_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("published_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("origin_source", sa.String(), nullable=True),
        sa.Column("origin_name", sa.String(), nullable=False),
        sa.Column("origin_url", sa.String(), nullable=True),
        sa.Column("text_copy", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["item.id"], name=op.f("fk_item_merged_into_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_public_id")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_merged_into"), ["merged_into"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_release_at"), ["release_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_sort_at"), ["sort_at"], unique=False)

    op.create_table(
        "pollstate",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("next_poll_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("polled_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_success_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("last_entry_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("rhythm", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_pollstate")),
    )
    with op.batch_alter_table("pollstate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pollstate_next_poll_at"), ["next_poll_at"], unique=False)

    op.create_table(
        "topicstate",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("changed_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("next_change_at", UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_topicstate")),
    )
    op.create_table(
        "copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("canonical_url", sa.String(), nullable=False),
        sa.Column("declared_url", sa.String(), nullable=False),
        sa.Column("declared_canonical_url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("feed_html", sa.String(), nullable=False),
        sa.Column("full_html", sa.String(), nullable=False),
        sa.Column("clean_html", sa.String(), nullable=False),
        sa.Column("cleaned_with", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("image", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("enclosures", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("publication_url", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("published_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("updated_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("entry_hash", sa.String(), nullable=False),
        sa.Column("body_from", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_copy_item_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
        sa.UniqueConstraint("source", "guid", "generation", name=op.f("uq_copy_source")),
    )
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_copy_canonical_url"), ["canonical_url"], unique=False)
        batch_op.create_index(batch_op.f("ix_copy_declared_canonical_url"), ["declared_canonical_url"], unique=False)
        batch_op.create_index(batch_op.f("ix_copy_first_seen_at"), ["first_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_copy_item"), ["item"], unique=False)
        batch_op.create_index("ix_copy_source_canonical_url", ["source", "canonical_url"], unique=False)
        batch_op.create_index(batch_op.f("ix_copy_text_hash"), ["text_hash"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", LargeNumber, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_decision_item_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_item"), ["item"], unique=False)

    op.create_table(
        "dirty",
        sa.Column("id", LargeNumber, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_dirty_item_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty")),
    )
    with op.batch_alter_table("dirty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dirty_item"), ["item"], unique=False)

    op.create_table(
        "placement",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(timezone=True), nullable=False),
        sa.Column("sort_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("left_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("left_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_placement_item_item")),
        sa.PrimaryKeyConstraint("topic", "item", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_item"), ["item"], unique=False)
        batch_op.create_index("ix_placement_topic_left_at_sort_at", ["topic", "left_at", "sort_at"], unique=False)

    op.create_table(
        "pagestate",
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("due_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_pagestate_copy_id_copy")),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_pagestate")),
    )
    with op.batch_alter_table("pagestate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pagestate_due_at"), ["due_at"], unique=False)
