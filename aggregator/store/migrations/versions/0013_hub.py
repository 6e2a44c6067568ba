"""Which change of a topic its hub was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("topicstate", sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True))
