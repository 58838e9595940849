"""A campaign's parts on the ad platforms, and what they did per day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ads.workflow import State, lifecycle
from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId

#: Where nothing is kept, the column is NULL and not a JSON null.
Kept = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class AdCampaign(Base):
    """A campaign's part on one platform. `name` is the platform's own name for it, '' for the part
    planned here.

    `allocated_cents` are minor units of the campaign's currency; the planned parts of a campaign
    sum to its budget.
    """

    __tablename__ = "ad_campaign"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        UniqueConstraint("team_id", "campaign_id", "platform", "name"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        CheckConstraint("allocated_cents >= 0", name="allocation_is_not_negative"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    platform: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(400), default="")
    external_id: Mapped[str] = mapped_column(String(80), default="")
    allocated_cents: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default=lifecycle.initial)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_planned(self) -> bool:
        """Made here, with a share of the budget; the others came with a report."""
        return self.name == ""

    @property
    def is_live(self) -> bool:
        return self.state == State.LIVE


class DailyResult(Base):
    """What one ad campaign did on one day of its ad account. `grain_key` '' is the day's fact, the
    only one totals read.

    Counts and value are None where the source hides them or does not say. `spend_cents` is rounded
    half even once from `spend_raw`, the amount as the source wrote it; it is always a number: a
    hidden amount (“<0.01”) is below the smallest one a source shows, and budgets and pacing add up
    every day. Conversions are the source's own count of one named result. `extra` are the cells of
    the newest report about it that became no number, as they stand, by their columns.
    """

    __tablename__ = "daily_result"
    __table_args__ = (
        UniqueConstraint("team_id", "ad_campaign_id", "on", "grain_key"),
        ForeignKeyConstraint(
            ["team_id", "ad_campaign_id"],
            ["ad_campaign.team_id", "ad_campaign.id"],
            ondelete="CASCADE",
        ),
        Index(None, "team_id", "campaign_id", "on"),
        Index(None, "team_id", "on"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    ad_campaign_id: Mapped[int]
    on: Mapped[date] = mapped_column(Date)
    grain_key: Mapped[str] = mapped_column(String(200), default="")
    impressions: Mapped[int | None] = mapped_column(default=None)
    clicks: Mapped[int | None] = mapped_column(default=None)
    spend_cents: Mapped[int] = mapped_column(default=0)
    spend_raw: Mapped[str] = mapped_column(String(60), default="")
    conversions: Mapped[Decimal | None] = mapped_column(Numeric(18, 4), default=None)
    value_cents: Mapped[int | None] = mapped_column(default=None)
    extra: Mapped[dict[str, str | list[str]] | None] = mapped_column(Kept, default=None)
    source: Mapped[str] = mapped_column(String(40))
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )


def _measures() -> tuple[Column[Any], ...]:
    """What a rollup adds up. What no source named stays None; the last columns are the sums of the
    days alone that know both sides of a rate: clicks and impressions, or spend and what it bought.
    """
    number, amount = BigId, Numeric(18, 4)
    return (
        Column("impressions", number),
        Column("clicks", number),
        Column("spend_cents", number, nullable=False),
        Column("conversions", amount),
        Column("value_cents", number),
        Column("clickable_impressions", number, nullable=False),
        Column("clicks_cost_cents", number, nullable=False),
        Column("conversions_cost_cents", number, nullable=False),
        Column("value_cost_cents", number, nullable=False),
        Column("seen_clicks", number, nullable=False, server_default="0"),
        Column("impressions_cost_cents", number, nullable=False, server_default="0"),
    )


def _rollup(name: str, *parts: Any) -> Table:
    """A table nobody edits: `webapp.ads.rollup` writes it from the facts. It has no id of its own,
    and SQLite keeps it in the order of its key.
    """
    return Table(
        name,
        Base.metadata,
        Column("team_id", BigId, nullable=False),
        Column("campaign_id", BigId, nullable=False),
        *parts,
        *_measures(),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )


#: A campaign's day on one platform, over its parts there; a campaign's days lie together.
platform_day = _rollup(
    "platform_day",
    Column("on", Date, nullable=False),
    Column("platform", String(20), nullable=False),
    PrimaryKeyConstraint("team_id", "campaign_id", "on", "platform"),
)
#: A campaign's day over all its platforms. Its key begins with the day: a team's week is one range.
campaign_day = _rollup(
    "campaign_day",
    Column("on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    PrimaryKeyConstraint("team_id", "on", "campaign_id"),
    Index(None, "team_id", "campaign_id", "on"),
)
#: A campaign over all its days.
campaign_total = _rollup(
    "campaign_total",
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    PrimaryKeyConstraint("team_id", "campaign_id"),
)
