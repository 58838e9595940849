"""Who works when: the team's week, blackout days, work profiles, absences."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("working_week", "blackout", "work_profile", "absence")

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    op.create_table(
        "working_week",
        _id("id"),
        _id("team_id"),
        _id("weekdays"),
        _id("starts_minute"),
        _id("ends_minute"),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _id("version"),
        sa.CheckConstraint("weekdays > 0 AND weekdays < 128", name=op.f("ck_working_week_weekdays_are_days")),
        sa.CheckConstraint(
            "starts_minute >= 0 AND starts_minute <= ends_minute AND ends_minute <= 1440",
            name=op.f("ck_working_week_hours_lie_in_a_day"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_working_week_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_week")),
        sa.UniqueConstraint("team_id", name=op.f("uq_working_week_team_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blackout",
        _id("id"),
        _id("team_id"),
        _id("campaign_id", nullable=True),
        *_days("blackout"),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "campaign_id"],
            ["campaign.team_id", "campaign.id"],
            name=op.f("fk_blackout_team_id_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_blackout_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackout")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_blackout_team_id_ends_on"), "blackout", ["team_id", "ends_on"])
    op.create_index(op.f("ix_blackout_team_id_campaign_id"), "blackout", ["team_id", "campaign_id"])
    op.create_table(
        "work_profile",
        _id("id"),
        _id("team_id"),
        _id("user_id"),
        sa.Column("skills", _json(), nullable=False),
        sa.Column("hours", _json(), nullable=True),
        _id("max_concurrent"),
        _id("cost_rate_cents", nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=False),
        _id("backup_id", nullable=True),
        sa.Column("slack_user_id", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _id("version"),
        sa.CheckConstraint("max_concurrent >= 1", name=op.f("ck_work_profile_at_least_one_at_once")),
        sa.CheckConstraint("cost_rate_cents >= 0", name=op.f("ck_work_profile_cost_rate_is_not_negative")),
        sa.CheckConstraint("backup_id <> user_id", name=op.f("ck_work_profile_somebody_else_steps_in")),
        _person("work_profile", "user_id"),
        _person("work_profile", "backup_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_work_profile_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_profile")),
        sa.UniqueConstraint("team_id", "user_id", name=op.f("uq_work_profile_team_id_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "absence",
        _id("id"),
        _id("team_id"),
        _id("user_id"),
        *_days("absence"),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _person("absence", "user_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_absence_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_absence_team_id_ends_on"), "absence", ["team_id", "ends_on"])
    op.create_index(op.f("ix_absence_team_id_user_id_ends_on"), "absence", ["team_id", "user_id", "ends_on"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(WALL.format(table=table))


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def _json() -> sa.JSON:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _days(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f(f"ck_{table}_it_ends_after_it_starts")),
    ]


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        ["membership.team_id", "membership.user_id"],
        name=op.f(f"fk_{table}_team_id_{column}_membership"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
