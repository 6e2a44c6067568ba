"""An index for what came in day by day."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index(
        "ix_copy_first_seen_at_source_body_from_item", "copy", ["first_seen_at", "source", "body_from", "item"]
    )
