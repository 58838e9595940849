"""Reads of ad campaigns and their results: every number is a sum of daily rows; what is undefined
is None.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from webapp.ads.models import AdCampaign, DailyResult
from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import RUNNING
from webapp.db import current_team, db, execute

_KNOWS_CLICKS = DailyResult.clicks.is_not(None)
_KNOWS_CONVERSIONS = DailyResult.conversions.is_not(None)
_SUMS = (
    func.coalesce(func.sum(DailyResult.spend_cents), 0).label("spend_cents"),
    func.coalesce(func.sum(DailyResult.impressions), 0).label("impressions"),
    func.sum(DailyResult.clicks).label("clicks"),
    func.sum(DailyResult.conversions).label("conversions"),
    func.sum(DailyResult.value_cents).label("value_cents"),
    func.max(DailyResult.on).label("last_on"),
    # A rate divides by the rows that know both of its sides.
    func.sum(case((_KNOWS_CLICKS, DailyResult.impressions))).label("clickable_impressions"),
    func.sum(case((_KNOWS_CLICKS, DailyResult.spend_cents))).label("clicks_cost_cents"),
    func.sum(case((_KNOWS_CONVERSIONS, DailyResult.spend_cents))).label("conversions_cost_cents"),
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of daily results, money in minor units; None is "not known", not zero."""

    spend_cents: int = 0
    impressions: int = 0
    clicks: int | None = None
    conversions: Decimal | None = None
    value_cents: int | None = None
    last_on: date | None = None
    clickable_impressions: int = 0
    clicks_cost_cents: int = 0
    conversions_cost_cents: int = 0

    @classmethod
    def of(cls, row: Any) -> "Totals":
        return cls(
            spend_cents=int(row.spend_cents),
            impressions=int(row.impressions),
            clicks=None if row.clicks is None else int(row.clicks),
            conversions=None if row.conversions is None else _plain(Decimal(str(row.conversions))),
            value_cents=None if row.value_cents is None else int(row.value_cents),
            last_on=row.last_on,
            clickable_impressions=int(row.clickable_impressions or 0),
            clicks_cost_cents=int(row.clicks_cost_cents or 0),
            conversions_cost_cents=int(row.conversions_cost_cents or 0),
        )

    @property
    def per_thousand_cents(self) -> int | None:
        """Cost per 1,000 impressions (CPM)."""
        return _each(1000 * self.spend_cents, self.impressions)

    @property
    def per_click_cents(self) -> int | None:
        """Cost per click (CPC), over the days that report clicks."""
        return _each(self.clicks_cost_cents, self.clicks)

    @property
    def per_conversion_cents(self) -> int | None:
        """Cost per conversion (CPA), over the days that report conversions."""
        return _each(self.conversions_cost_cents, self.conversions)


def _each(cents: int, number: int | Decimal | None) -> int | None:
    """A cost per piece, rounded half to even; None when there is no piece.

    >>> _each(1001, 2), _each(1001, 0)
    (500, None)
    """
    return round(Decimal(cents) / Decimal(number)) if number else None


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros, and never as a power of ten.

    >>> _plain(Decimal("1000.0000")), _plain(Decimal("2.5000"))
    (Decimal('1000'), Decimal('2.5'))
    """
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


@dataclass(frozen=True, slots=True)
class Part:
    """One ad campaign with what it did."""

    ad_campaign: AdCampaign
    totals: Totals


def totals(campaign_id: int) -> Totals:
    """What a campaign did over all its parts."""
    query = select(*_SUMS).where(
        DailyResult.team_id == current_team(),
        DailyResult.campaign_id == campaign_id,
        DailyResult.grain_key == "",
    )
    return Totals.of(execute(query).one())


def spent_of(campaign_ids: list[int]) -> dict[int, int]:
    """Spend so far of several campaigns, minor units of each one's own currency."""
    if not campaign_ids:
        return {}
    query = select(DailyResult.campaign_id, func.sum(DailyResult.spend_cents)).where(
        DailyResult.team_id == current_team(),
        DailyResult.campaign_id.in_(campaign_ids),
        DailyResult.grain_key == "",
    )
    return {
        int(key): int(spent)
        for key, spent in execute(query.group_by(DailyResult.campaign_id)).all()
    }


def parts(campaign_id: int) -> list[Part]:
    """A campaign's parts, planned ones first, with their totals."""
    own = select(AdCampaign).where(
        AdCampaign.team_id == current_team(), AdCampaign.campaign_id == campaign_id
    )
    sums = select(DailyResult.ad_campaign_id, *_SUMS).where(
        DailyResult.team_id == current_team(),
        DailyResult.campaign_id == campaign_id,
        DailyResult.grain_key == "",
    )
    found = {
        row.ad_campaign_id: Totals.of(row)
        for row in execute(sums.group_by(DailyResult.ad_campaign_id)).all()
    }
    rows = db.session.scalars(own.order_by(AdCampaign.name != "", AdCampaign.id))
    return [Part(row, found.get(row.id, Totals())) for row in rows]


def planned_parts(campaign_id: int) -> list[AdCampaign]:
    """The parts that share the budget, in the order they were made."""
    query = select(AdCampaign).where(
        AdCampaign.team_id == current_team(),
        AdCampaign.campaign_id == campaign_id,
        AdCampaign.name == "",
    )
    return list(db.session.scalars(query.order_by(AdCampaign.id)))


def daily(campaign_id: int) -> list[tuple[date, str, int]]:
    """(day, platform, spend) of a campaign, in order; days and platforms without rows are
    absent.
    """
    query = (
        select(DailyResult.on, AdCampaign.platform, func.sum(DailyResult.spend_cents))
        .join(
            AdCampaign,
            (AdCampaign.team_id == DailyResult.team_id)
            & (AdCampaign.id == DailyResult.ad_campaign_id),
        )
        .where(
            DailyResult.team_id == current_team(),
            DailyResult.campaign_id == campaign_id,
            DailyResult.grain_key == "",
        )
        .group_by(DailyResult.on, AdCampaign.platform)
        .order_by(DailyResult.on, AdCampaign.platform)
    )
    return [(day, platform, int(spent)) for day, platform, spent in execute(query).all()]


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
    query = (
        select(Campaign.currency, *_SUMS)
        .join(
            Campaign,
            (Campaign.team_id == DailyResult.team_id) & (Campaign.id == DailyResult.campaign_id),
        )
        .where(
            DailyResult.team_id == current_team(),
            DailyResult.grain_key == "",
            DailyResult.on.between(first, last),
            Campaign.trashed_at.is_(None),
        )
        .group_by(Campaign.currency)
    )
    return {row.currency: Totals.of(row) for row in execute(query).all()}


def running_budgets() -> dict[str, int]:
    """Per currency: the budgets of running campaigns."""
    query = select(Campaign.currency, func.sum(Campaign.budget_cents)).where(
        Campaign.team_id == current_team(),
        Campaign.state.in_(RUNNING),
        Campaign.archived_at.is_(None),
        Campaign.trashed_at.is_(None),
    )
    return {
        currency: int(cents) for currency, cents in execute(query.group_by(Campaign.currency)).all()
    }
