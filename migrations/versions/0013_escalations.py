"""Escalations: work that is overdue or blocked, and who was told last."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    is_open = sa.text("state <> 'settled'")
    op.create_table(
        "escalation",
        sa.Column("id", number, nullable=False),
        sa.Column("team_id", number, nullable=False),
        sa.Column("campaign_id", number, nullable=False),
        sa.Column("task_id", number, nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("assignee_id", number, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("told_id", number, nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", number, nullable=False),
        sa.CheckConstraint("cause IN ('overdue', 'blocked')", name=op.f("ck_escalation_cause_is_known")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_escalation_team_id_team")),
        sa.ForeignKeyConstraint(
            ["team_id", "task_id"],
            ["task.team_id", "task.id"],
            name=op.f("fk_escalation_team_id_task_id_task"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "assignee_id"],
            ["membership.team_id", "membership.user_id"],
            name=op.f("fk_escalation_team_id_assignee_id_membership"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "told_id"],
            ["membership.team_id", "membership.user_id"],
            name=op.f("fk_escalation_team_id_told_id_membership"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_escalation_open",
        "escalation",
        ["team_id", "task_id", "cause"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index(op.f("ix_escalation_team_id_campaign_id"), "escalation", ["team_id", "campaign_id"])
    op.create_index(
        "ix_escalation_told",
        "escalation",
        ["team_id", "told_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "escalation" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "escalation" FORCE ROW LEVEL SECURITY')
        op.execute(WALL.format(table="escalation"))


def downgrade() -> None:
    op.drop_table("escalation")
