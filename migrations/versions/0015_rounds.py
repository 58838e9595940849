"""Rounds of a request: what it was about before it was edited and asked again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("proposal", sa.Column("earlier", json, nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("proposal", "earlier")
