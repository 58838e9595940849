"""Deleted playbooks wait in the trash, and take no name away while they do."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("playbook", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True))
        batch.drop_constraint("uq_playbook_team_id_name_key", type_="unique")
    kept = sa.text("trashed_at IS NULL")
    op.create_index(
        "uq_playbook_name",
        "playbook",
        ["team_id", "name_key"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )


def downgrade() -> None:
    op.drop_index("uq_playbook_name", table_name="playbook")
    op.execute("DELETE FROM playbook WHERE trashed_at IS NOT NULL")
    with op.batch_alter_table("playbook", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.create_unique_constraint("uq_playbook_team_id_name_key", ["team_id", "name_key"])
        batch.drop_column("trashed_at")
