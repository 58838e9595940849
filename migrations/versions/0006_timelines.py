"""A campaign's plan: its timeline, tasks and milestones, what waits for what, and when each is to happen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("timeline", "task", "dependency", "planned_task")

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    op.create_table(
        "timeline",
        _id("id"),
        _id("team_id"),
        _id("campaign_id"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        _id("buffer_minutes"),
        sa.Column("playbook", sa.String(length=120), nullable=False),
        _instant("as_of_at", nullable=True),
        _instant("baseline_at", nullable=True),
        _instant("created_at"),
        _instant("updated_at"),
        _id("version"),
        sa.CheckConstraint("buffer_minutes >= 0", name=op.f("ck_timeline_buffer_is_not_negative")),
        _campaign("timeline"),
        _team("timeline"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
        sa.UniqueConstraint("team_id", "campaign_id", name=op.f("uq_timeline_team_id_campaign_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "task",
        _id("id"),
        _id("team_id"),
        _id("campaign_id"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("phase", sa.String(length=60), nullable=False),
        sa.Column("is_milestone", sa.Boolean(), nullable=False),
        _id("assignee_id", nullable=True),
        sa.Column("priority", sa.String(length=10), nullable=False),
        _id("estimate_minutes"),
        sa.Column("skills", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        _instant("due_at", nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("blocked_reason", sa.String(length=500), nullable=False),
        _instant("started_at", nullable=True),
        _instant("completed_at", nullable=True),
        _instant("trashed_at", nullable=True),
        _id("created_by", nullable=True),
        _instant("created_at"),
        _instant("updated_at"),
        _id("version"),
        sa.CheckConstraint("estimate_minutes >= 0", name=op.f("ck_task_estimate_is_not_negative")),
        sa.CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')", name=op.f("ck_task_priority_is_known")
        ),
        _campaign("task"),
        sa.ForeignKeyConstraint(
            ["team_id", "assignee_id"],
            ["membership.team_id", "membership.user_id"],
            name=op.f("fk_task_team_id_assignee_id_membership"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_task_created_by_user")),
        _team("task"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("team_id", "id", name=op.f("uq_task_team_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_task_team_id_campaign_id_state"), "task", ["team_id", "campaign_id", "state"])
    op.create_index(op.f("ix_task_team_id_assignee_id_due_at"), "task", ["team_id", "assignee_id", "due_at"])
    op.create_table(
        "dependency",
        _id("id"),
        _id("team_id"),
        _id("campaign_id"),
        _id("task_id"),
        _id("waits_for_id"),
        sa.Column("kind", sa.String(length=2), nullable=False),
        _id("lag_minutes"),
        sa.CheckConstraint("kind IN ('fs', 'ss')", name=op.f("ck_dependency_kind_is_known")),
        sa.CheckConstraint("task_id <> waits_for_id", name=op.f("ck_dependency_nothing_waits_for_itself")),
        _task("dependency", "task_id"),
        _task("dependency", "waits_for_id"),
        _team("dependency"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dependency")),
        sa.UniqueConstraint(
            "team_id", "task_id", "waits_for_id", name=op.f("uq_dependency_team_id_task_id_waits_for_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dependency_team_id_campaign_id"), "dependency", ["team_id", "campaign_id"])
    op.create_index(op.f("ix_dependency_team_id_waits_for_id"), "dependency", ["team_id", "waits_for_id"])
    op.create_table(
        "planned_task",
        _id("team_id"),
        _id("task_id"),
        _id("campaign_id"),
        _instant("pinned_at", nullable=True),
        _instant("starts_at"),
        _instant("finishes_at"),
        _id("float_minutes"),
        sa.Column("is_critical", sa.Boolean(), nullable=False),
        _instant("baseline_starts_at", nullable=True),
        _instant("baseline_finishes_at", nullable=True),
        _task("planned_task", "task_id"),
        _team("planned_task"),
        sa.PrimaryKeyConstraint("team_id", "task_id", name=op.f("pk_planned_task")),
        sqlite_with_rowid=False,
    )
    for columns in (["team_id", "campaign_id"], ["team_id", "starts_at"], ["team_id", "finishes_at"]):
        op.create_index(op.f(f"ix_planned_task_{'_'.join(columns)}"), "planned_task", columns)
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(WALL.format(table=table))


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _team(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f(f"fk_{table}_team_id_team"))


def _campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", "campaign_id"],
        ["campaign.team_id", "campaign.id"],
        name=op.f(f"fk_{table}_team_id_campaign_id_campaign"),
        ondelete="CASCADE",
    )


def _task(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        ["task.team_id", "task.id"],
        name=op.f(f"fk_{table}_team_id_{column}_task"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
