"""Reads of ad campaigns and their results. Totals of campaigns come from the rollups, what they did
per platform from the facts. Statements every page asks for are built once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, bindparam, func, select

from webapp.ads.models import AdCampaign, DailyResult, campaign_day, campaign_total
from webapp.ads.rates import Totals
from webapp.ads.rollup import DAY_SUMS, FACT_SUMS
from webapp.campaigns.models import Campaign
from webapp.campaigns.queries import IS_RUNNING
from webapp.db import current_team, db, execute

_TOTAL = select(campaign_total).where(
    campaign_total.c.team_id == bindparam("team_id"),
    campaign_total.c.campaign_id == bindparam("campaign_id"),
)
_SPENT = select(campaign_total.c.campaign_id, campaign_total.c.spend_cents).where(
    campaign_total.c.team_id == bindparam("team_id"),
    campaign_total.c.campaign_id.in_(bindparam("ids", expanding=True)),
)
_IN_TRASH = select(Campaign.id).where(
    Campaign.team_id == bindparam("team_id"), Campaign.trashed_at.is_not(None)
)
_TEAM_TOTALS = (
    select(campaign_day.c.currency, *DAY_SUMS)
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
_PER_PART = (
    select(DailyResult.ad_campaign_id, *FACT_SUMS)
    .where(*_OF_CAMPAIGN)
    .group_by(DailyResult.ad_campaign_id)
)
_PARTS_DAYS = (
    select(DailyResult.on, DailyResult.ad_campaign_id, DailyResult.spend_cents)
    .where(*_OF_CAMPAIGN)
    .order_by(DailyResult.on)
)


@dataclass(frozen=True, slots=True)
class Part:
    """One ad campaign with what it did."""

    ad_campaign: AdCampaign
    totals: Totals


def totals(campaign_id: int) -> Totals:
    """What a campaign did so far, over all its parts."""
    row = execute(_TOTAL, _own(campaign_id)).one_or_none()
    return Totals.of(row) if row else Totals()


def spent_of(campaign_ids: Iterable[int]) -> dict[int, int]:
    """What each of several campaigns spent; absent when nothing is known of one."""
    values = {"team_id": current_team(), "ids": list(campaign_ids)}
    return {row.campaign_id: row.spend_cents for row in execute(_SPENT, values).all()}


def parts(campaign_id: int) -> list[Part]:
    """A campaign's parts, planned ones first, with their totals."""
    found = {
        row.ad_campaign_id: Totals.of(row) for row in execute(_PER_PART, _own(campaign_id)).all()
    }
    rows = db.session.scalars(_parts(campaign_id))
    return [Part(row, found.get(row.id, Totals())) for row in rows]


def _parts(campaign_id: int) -> Select[AdCampaign]:
    own = select(AdCampaign).where(
        AdCampaign.team_id == current_team(), AdCampaign.campaign_id == campaign_id
    )
    return own.order_by(AdCampaign.name != "", AdCampaign.id)


def planned_parts(campaign_id: int) -> list[AdCampaign]:
    """The parts that share the budget, in the order they were made."""
    return list(db.session.scalars(_parts(campaign_id).where(AdCampaign.name == "")))


def spend_per_day(campaign_id: int) -> list[tuple[date, int, int]]:
    """(day, part's id, spend) of a campaign, in order; days and parts without rows are absent."""
    return [tuple(row) for row in execute(_PARTS_DAYS, _own(campaign_id)).all()]


def daily(campaign_id: int) -> list[tuple[date, str, int]]:
    """(day, platform, spend) of a campaign, in order; several parts of a platform are one."""
    platforms = {part.id: part.platform for part in db.session.scalars(_parts(campaign_id))}
    sums: dict[tuple[date, str], int] = {}
    for day, part_id, cents in spend_per_day(campaign_id):
        key = (day, platforms[part_id])
        sums[key] = sums.get(key, 0) + cents
    return [(day, platform, cents) for (day, platform), cents in sums.items()]


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
