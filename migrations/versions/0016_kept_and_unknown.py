"""Impressions that a platform hides are not known, and rates leave their days out; the cells of a report that are
not read are kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: The facts, then the rollups, with what SQLite has to keep when it rebuilds them.
TABLES = {
    "daily_result": {"sqlite_autoincrement": True},
    "platform_day": {"sqlite_with_rowid": False},
    "campaign_day": {"sqlite_with_rowid": False},
    "campaign_total": {"sqlite_with_rowid": False},
}
ROLLUPS = ("platform_day", "campaign_day", "campaign_total")


def upgrade() -> None:
    for name, kept in TABLES.items():
        with op.batch_alter_table(name, table_kwargs=kept) as table:
            table.alter_column("impressions", existing_type=NUMBER, nullable=True)
            if name == "daily_result":
                json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
                table.add_column(sa.Column("extra", json, nullable=True))
            if name in ROLLUPS:
                table.add_column(
                    sa.Column("seen_clicks", NUMBER, nullable=False, server_default="0")
                )
                table.add_column(
                    sa.Column("impressions_cost_cents", NUMBER, nullable=False, server_default="0")
                )
    for name in ROLLUPS:  # every day knew its impressions until now
        op.execute(
            f"UPDATE {name} SET seen_clicks = coalesce(clicks, 0), impressions_cost_cents = spend_cents"
        )


def downgrade() -> None:
    for name, kept in TABLES.items():
        op.execute(f"UPDATE {name} SET impressions = 0 WHERE impressions IS NULL")
        with op.batch_alter_table(name, table_kwargs=kept) as table:
            if name == "daily_result":
                table.drop_column("extra")
            if name in ROLLUPS:
                table.drop_column("impressions_cost_cents")
                table.drop_column("seen_clicks")
            table.alter_column("impressions", existing_type=NUMBER, nullable=False)
