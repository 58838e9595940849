"""Calendars: feeds, how often a planned task was moved, and tasks by the day they are due.

A feed has no row-level wall: it is read by its token before a team is known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The release before plans without counting: nobody's calendar has these dates yet.
    moves = sa.Column("moves", _BIG, server_default=sa.text("0"), nullable=False)
    op.add_column("planned_task", moves)
    op.add_column("planned_task", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    dated = sa.text("due_on IS NOT NULL")
    op.create_index(
        "ix_planned_task_team_id_finishes_at_starts_at",
        "planned_task",
        ["team_id", "finishes_at", "starts_at"],
    )
    for column in ("starts_at", "finishes_at"):
        op.drop_index(f"ix_planned_task_team_id_{column}", table_name="planned_task")
    op.create_index(
        "ix_task_due", "task", ["team_id", "due_on"], sqlite_where=dated, postgresql_where=dated
    )
    is_open = sa.text(
        "state IN ('todo', 'in_progress', 'in_review') AND trashed_at IS NULL AND assignee_id IS NOT NULL"
    )
    op.create_index(
        "ix_task_open",
        "task",
        ["team_id", "assignee_id", "campaign_id", "state", "id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("team_id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=True),
        sa.Column("campaign_id", _BIG, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", _BIG, nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.CheckConstraint(
            "user_id IS NULL OR campaign_id IS NULL",
            name=op.f("ck_calendar_feed_it_is_not_both"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "user_id"],
            ["membership.team_id", "membership.user_id"],
            name=op.f("fk_calendar_feed_team_id_user_id_membership"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "campaign_id"],
            ["campaign.team_id", "campaign.id"],
            name=op.f("fk_calendar_feed_team_id_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_calendar_feed_team_id_team")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user.id"], name=op.f("fk_calendar_feed_created_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sqlite_autoincrement=True,
    )
    for column in ("user_id", "campaign_id"):
        op.create_index(
            op.f(f"ix_calendar_feed_team_id_{column}"), "calendar_feed", ["team_id", column]
        )


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    op.drop_table("calendar_feed")
    op.drop_index("ix_task_open", table_name="task")
    op.drop_index("ix_task_due", table_name="task")
    op.drop_index("ix_planned_task_team_id_finishes_at_starts_at", table_name="planned_task")
    with op.batch_alter_table("planned_task", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("moved_at")
        table.drop_column("moves")
    for column in ("starts_at", "finishes_at"):
        op.create_index(
            f"ix_planned_task_team_id_{column}", "planned_task", ["team_id", column]
        )
