"""Reads of ad campaigns and their results. Totals of campaigns and of their platforms come from the
rollups, what a part did from the facts. Statements every page asks for are built once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from webapp.ads.models import (
    AdCampaign,
    DailyResult,
    campaign_day,
    campaign_total,
    platform_day,
)
from webapp.ads.rates import Totals
from webapp.ads.rollup import FACT_SUMS, sums_of
from webapp.campaigns.models import Campaign
from webapp.campaigns.queries import IS_RUNNING
from webapp.db import current_team, db, execute

_TOTAL = select(campaign_total).where(
    campaign_total.c.team_id == bindparam("team_id"),
    campaign_total.c.campaign_id == bindparam("campaign_id"),
)
# Looked up for the rows of a page alone: joined, the rows a sort leaves out would cost it too.
_SPENT = (
    select(campaign_total.c.spend_cents)
    .where(
        campaign_total.c.team_id == Campaign.__table__.c.team_id,
        campaign_total.c.campaign_id == Campaign.__table__.c.id,
    )
    .scalar_subquery()
)
_IN_TRASH = select(Campaign.id).where(
    Campaign.team_id == bindparam("team_id"), Campaign.trashed_at.is_not(None)
)
_TEAM_TOTALS = (
    select(campaign_day.c.currency, *sums_of(campaign_day))
    .where(
        campaign_day.c.team_id == bindparam("team_id"),
        campaign_day.c.on.between(bindparam("first"), bindparam("last")),
        campaign_day.c.campaign_id.not_in(_IN_TRASH),
    )
    .group_by(campaign_day.c.currency)
)
_BUDGETS = (
    select(Campaign.currency, func.sum(Campaign.budget_cents))
    .where(
        Campaign.team_id == bindparam("team_id"),
        IS_RUNNING,
        Campaign.archived_at.is_(None),
        Campaign.trashed_at.is_(None),
    )
    .group_by(Campaign.currency)
)
_OF_CAMPAIGN = (
    DailyResult.team_id == bindparam("team_id"),
    DailyResult.campaign_id == bindparam("campaign_id"),
    DailyResult.grain_key == "",
)
# Grouped by an expression: by the bare column, SQLite walks the whole team in that order.
_PART = DailyResult.ad_campaign_id + 0
_PER_PART = select(_PART.label("ad_campaign_id"), *FACT_SUMS).where(*_OF_CAMPAIGN).group_by(_PART)
_OF_PLATFORMS = (
    platform_day.c.team_id == bindparam("team_id"),
    platform_day.c.campaign_id == bindparam("campaign_id"),
)
_PER_PLATFORM = (
    select(platform_day.c.platform, *sums_of(platform_day))
    .where(*_OF_PLATFORMS)
    .group_by(platform_day.c.platform)
)
_DAILY = (
    select(platform_day.c.on, platform_day.c.platform, platform_day.c.spend_cents)
    .where(*_OF_PLATFORMS)
    .order_by(platform_day.c.on, platform_day.c.platform)
)


#: A day, a platform, what was spent there (minor units).
Spent = tuple[date, str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One ad campaign with what it did."""

    ad_campaign: AdCampaign
    totals: Totals


def totals(campaign_id: int) -> Totals:
    """What a campaign did so far, over all its parts."""
    row = execute(_TOTAL, _own(campaign_id)).one_or_none()
    return Totals.of(row) if row else Totals()


@cache
def with_spent(query: Select[Any]) -> Select[Any]:
    """A statement that lists campaigns, with `spent_cents` of each as its last column."""
    return query.add_columns(func.coalesce(_SPENT, 0).label("spent_cents"))


def parts(campaign_id: int) -> list[Part]:
    """A campaign's parts, planned ones first, with their totals."""
    found = {
        row.ad_campaign_id: Totals.of(row) for row in execute(_PER_PART, _own(campaign_id)).all()
    }
    return [Part(row, found.get(row.id, Totals())) for row in parts_of(campaign_id)]


def parts_of(campaign_id: int) -> list[AdCampaign]:
    """A campaign's parts, planned ones first."""
    return list(db.session.scalars(_parts(campaign_id)))


def _parts(campaign_id: int) -> Select[AdCampaign]:
    own = select(AdCampaign).where(
        AdCampaign.team_id == current_team(), AdCampaign.campaign_id == campaign_id
    )
    return own.order_by(AdCampaign.name != "", AdCampaign.id)


def planned_parts(campaign_id: int) -> list[AdCampaign]:
    """The parts that share the budget, in the order they were made."""
    return list(db.session.scalars(_parts(campaign_id).where(AdCampaign.name == "")))


def daily(campaign_id: int) -> Sequence[Spent]:
    """(day, platform, spend) of a campaign, in order; days and platforms without rows are
    absent.
    """
    rows: Sequence[Spent] = execute(_DAILY, _own(campaign_id)).all()
    return rows


def per_platform(campaign_id: int) -> dict[str, Totals]:
    """What a campaign did on each platform, over its parts there."""
    rows = execute(_PER_PLATFORM, _own(campaign_id)).all()
    return {row.platform: Totals.of(row) for row in rows}


def facts_of(campaign_id: int) -> list[tuple[AdCampaign, DailyResult]]:
    """Every daily fact of a campaign with its part, by day, for an export."""
    query = (
        select(AdCampaign, DailyResult)
        .join(
            AdCampaign,
            (AdCampaign.team_id == DailyResult.team_id)
            & (AdCampaign.id == DailyResult.ad_campaign_id),
        )
        .where(*_OF_CAMPAIGN)
        .order_by(DailyResult.on, AdCampaign.id)
    )
    return [tuple(row) for row in execute(query, _own(campaign_id)).all()]


def platforms_of(ad_campaign_ids: set[int]) -> dict[int, str]:
    """The platform of each ad campaign."""
    if not ad_campaign_ids:
        return {}
    query = select(AdCampaign.id, AdCampaign.platform).where(
        AdCampaign.team_id == current_team(), AdCampaign.id.in_(ad_campaign_ids)
    )
    return {row.id: row.platform for row in execute(query)}


def running_totals(first: date, last: date) -> dict[str, Totals]:
    """Per currency: what the team's campaigns did from `first` to `last` (account days). Currencies
    are never added.
    """
    values = {"team_id": current_team(), "first": first, "last": last}
    return {row.currency: Totals.of(row) for row in execute(_TEAM_TOTALS, values).all()}


def running_budgets() -> dict[str, int]:
    """Per currency: the budgets of running campaigns."""
    rows = execute(_BUDGETS, {"team_id": current_team()}).all()
    return {currency: int(cents) for currency, cents in rows}


def _own(campaign_id: int) -> dict[str, int]:
    return {"team_id": current_team(), "campaign_id": campaign_id}
