"""Time spent on tasks, at the rate people had when they logged it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "time_entry" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    op.create_table(
        "time_entry",
        _id("id"),
        _id("team_id"),
        _id("campaign_id"),
        _id("task_id"),
        _id("user_id"),
        sa.Column("on", sa.Date(), nullable=False),
        _id("minutes"),
        sa.Column("what", sa.String(length=300), nullable=False),
        _id("rate_cents", nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "minutes >= 1 AND minutes <= 1440", name=op.f("ck_time_entry_minutes_fit_a_day")
        ),
        sa.CheckConstraint("rate_cents >= 0", name=op.f("ck_time_entry_rate_is_not_negative")),
        sa.ForeignKeyConstraint(
            ["team_id", "task_id"],
            ["task.team_id", "task.id"],
            name=op.f("fk_time_entry_team_id_task_id_task"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "user_id"],
            ["membership.team_id", "membership.user_id"],
            name=op.f("fk_time_entry_team_id_user_id_membership"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_time_entry_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_time_entry_team_id_task_id"), "time_entry", ["team_id", "task_id"])
    op.create_index(op.f("ix_time_entry_team_id_campaign_id"), "time_entry", ["team_id", "campaign_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "time_entry" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "time_entry" FORCE ROW LEVEL SECURITY')
        op.execute(WALL)


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def downgrade() -> None:
    op.drop_table("time_entry")
