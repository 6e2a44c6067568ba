"""Items by their state: to count them, and to find those that wait, no longer takes a walk through all."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_index(op.f("ix_item_state_state_why"), "item", ["state", "state_why"])
