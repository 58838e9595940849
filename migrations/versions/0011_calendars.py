"""Calendars: how often a planned task was moved, and tasks by the day they are due."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The release before plans without counting: nobody's calendar has these dates yet.
    moves = sa.Column("moves", _BIG, server_default=sa.text("0"), nullable=False)
    op.add_column("planned_task", moves)
    op.add_column("planned_task", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    dated = sa.text("due_on IS NOT NULL")
    op.create_index(
        "ix_task_due", "task", ["team_id", "due_on"], sqlite_where=dated, postgresql_where=dated
    )


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    op.drop_index("ix_task_due", table_name="task")
    with op.batch_alter_table("planned_task", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("moved_at")
        table.drop_column("moves")
