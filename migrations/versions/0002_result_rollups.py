"""The rollups of daily results: a campaign's days per platform, its days, its total; filled from the facts there are."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLLUPS = ("platform_day", "campaign_day", "campaign_total")

WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""

NAMES = (
    "impressions, clicks, spend_cents, conversions, value_cents, clickable_impressions, clicks_cost_cents,"
    " conversions_cost_cents, value_cost_cents"
)

SUMS = ", ".join(f"sum({name})" for name in NAMES.split(", "))

FILL_PLATFORMS = f"""
INSERT INTO platform_day (team_id, campaign_id, "on", platform, {NAMES})
SELECT d.team_id, d.campaign_id, d."on", a.platform, sum(d.impressions), sum(d.clicks), sum(d.spend_cents),
  sum(d.conversions), sum(d.value_cents),
  sum(CASE WHEN d.clicks IS NULL THEN 0 ELSE d.impressions END),
  sum(CASE WHEN d.clicks IS NULL THEN 0 ELSE d.spend_cents END),
  sum(CASE WHEN d.conversions IS NULL THEN 0 ELSE d.spend_cents END),
  sum(CASE WHEN d.value_cents IS NULL THEN 0 ELSE d.spend_cents END)
FROM daily_result d JOIN ad_campaign a ON a.team_id = d.team_id AND a.id = d.ad_campaign_id
WHERE d.grain_key = '' GROUP BY d.team_id, d.campaign_id, d."on", a.platform"""

FILL_DAYS = f"""
INSERT INTO campaign_day (team_id, campaign_id, "on", currency, {NAMES})
SELECT p.team_id, p.campaign_id, p."on", c.currency, {", ".join(f"sum(p.{name})" for name in NAMES.split(", "))}
FROM platform_day p JOIN campaign c ON c.team_id = p.team_id AND c.id = p.campaign_id
GROUP BY p.team_id, p.campaign_id, p."on", c.currency"""

FILL_TOTALS = f"""
INSERT INTO campaign_total (team_id, campaign_id, first_on, last_on, {NAMES})
SELECT team_id, campaign_id, min("on"), max("on"), {SUMS} FROM campaign_day GROUP BY team_id, campaign_id"""


def upgrade() -> None:
    op.create_table(
        "platform_day",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        *_measures(),
        *_owner("platform_day"),
        sa.PrimaryKeyConstraint("team_id", "campaign_id", "on", "platform", name=op.f("pk_platform_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_day",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        *_measures(),
        *_owner("campaign_day"),
        sa.PrimaryKeyConstraint("team_id", "on", "campaign_id", name=op.f("pk_campaign_day")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("campaign_day", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_day_team_id_campaign_id_on"), ["team_id", "campaign_id", "on"], unique=False
        )
    op.create_table(
        "campaign_total",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        *_measures(),
        *_owner("campaign_total"),
        sa.PrimaryKeyConstraint("team_id", "campaign_id", name=op.f("pk_campaign_total")),
        sqlite_with_rowid=False,
    )
    op.execute(FILL_PLATFORMS)
    op.execute(FILL_DAYS)
    op.execute(FILL_TOTALS)
    if op.get_bind().dialect.name == "postgresql":
        for table in ROLLUPS:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(WALL.format(table=table))


def _measures() -> list[sa.Column]:
    number, amount = sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Numeric(precision=18, scale=4)
    return [
        sa.Column("impressions", number, nullable=False),
        sa.Column("clicks", number, nullable=True),
        sa.Column("spend_cents", number, nullable=False),
        sa.Column("conversions", amount, nullable=True),
        sa.Column("value_cents", number, nullable=True),
        sa.Column("clickable_impressions", number, nullable=False),
        sa.Column("clicks_cost_cents", number, nullable=False),
        sa.Column("conversions_cost_cents", number, nullable=False),
        sa.Column("value_cost_cents", number, nullable=False),
    ]


def _owner(table: str) -> list[sa.ForeignKeyConstraint]:
    """The campaign alone, whose key holds the team: each key costs a look-up per row."""
    return [
        sa.ForeignKeyConstraint(
            ["team_id", "campaign_id"],
            ["campaign.team_id", "campaign.id"],
            name=op.f(f"fk_{table}_team_id_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
    ]


def downgrade() -> None:
    op.drop_table("campaign_total")
    with op.batch_alter_table("campaign_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_day_team_id_campaign_id_on"))
    op.drop_table("campaign_day")
    op.drop_table("platform_day")
