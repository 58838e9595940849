"""What a picture shows, for who cannot see it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("alt", sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("stored_file", "alt")
