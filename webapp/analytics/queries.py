"""Reads of results over a period: per day, per platform, per campaign. Every answer is kept apart
by currency; nothing is converted. Campaigns in the trash count nowhere.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from webapp.ads.models import AdCampaign, DailyResult, campaign_day
from webapp.ads.rates import Totals
from webapp.ads.rollup import FACT_SUMS, sums_of
from webapp.campaigns.models import Campaign
from webapp.db import current_team, execute

#: More lines than this are no file for a spreadsheet.
MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at: account days from `first` to `last`, of everything or of one platform or
    campaign.
    """

    first: date
    last: date
    platform: str = ""
    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One day of a campaign on a platform, for an export."""

    on: date
    campaign: str
    platform: str
    currency: str
    totals: Totals


def per_day(wanted: Wanted) -> dict[str, dict[date, Totals]]:
    """Currency → day → totals; days without results are absent."""
    if wanted.platform:
        query = _facts(wanted, Campaign.currency, DailyResult.on)
        rows = execute(query.group_by(Campaign.currency, DailyResult.on)).all()
    else:
        columns = (campaign_day.c.currency, campaign_day.c.on)
        rows = execute(_days(wanted, *columns).group_by(*columns)).all()
    found: dict[str, dict[date, Totals]] = defaultdict(dict)
    for row in rows:
        found[row.currency][row.on] = Totals.of(row)
    return dict(found)


def per_platform(wanted: Wanted) -> dict[str, list[tuple[str, Totals]]]:
    """Currency → platforms with their totals."""
    columns = (Campaign.currency, AdCampaign.platform)
    rows = execute(_facts(wanted, *columns).group_by(*columns)).all()
    return _by_currency([(row.currency, row.platform, row) for row in rows])


def per_campaign(wanted: Wanted) -> dict[str, list[tuple[int, Totals]]]:
    """Currency → ids of campaigns with their totals."""
    if wanted.platform:
        facts = (Campaign.currency, DailyResult.campaign_id)
        rows = execute(_facts(wanted, *facts).group_by(*facts)).all()
    else:
        days = (campaign_day.c.currency, campaign_day.c.campaign_id)
        rows = execute(_days(wanted, *days).group_by(*days)).all()
    return _by_currency([(row.currency, row.campaign_id, row) for row in rows])


def lines(wanted: Wanted) -> list[Line]:
    """Each day, campaign and platform of a period, one more than `MOST_LINES` at most."""
    columns: tuple[Any, ...] = (
        DailyResult.on,
        Campaign.id.label("campaign_id"),
        Campaign.name,
        AdCampaign.platform,
        Campaign.currency,
    )
    own = (DailyResult.on, Campaign.id, Campaign.name, AdCampaign.platform, Campaign.currency)
    query = _facts(wanted, *columns).group_by(*own)
    query = query.order_by(DailyResult.on, Campaign.id, AdCampaign.platform).limit(MOST_LINES + 1)
    return [
        Line(row.on, row.name, row.platform, row.currency, Totals.of(row))
        for row in execute(query).all()
    ]


def _by_currency(rows: Sequence[tuple[str, Any, Any]]) -> dict[str, list[tuple[Any, Totals]]]:
    found: dict[str, list[tuple[Any, Totals]]] = defaultdict(list)
    for currency, key, row in rows:
        found[currency].append((key, Totals.of(row)))
    return dict(found)


def _days(wanted: Wanted, *columns: Any) -> Select[Any]:
    """Sums over the rollup of campaigns' days."""
    table = campaign_day.c
    trash = select(Campaign.id).where(
        Campaign.team_id == current_team(), Campaign.trashed_at.is_not(None)
    )
    query = select(*columns, *sums_of(campaign_day)).where(
        table.team_id == current_team(),
        table.on.between(wanted.first, wanted.last),
        table.campaign_id.not_in(trash),
    )
    if wanted.campaign_id is not None:
        query = query.where(table.campaign_id == wanted.campaign_id)
    return query


def _facts(wanted: Wanted, *columns: Any) -> Select[Any]:
    """Sums over the facts, for what the rollup does not keep apart."""
    query = (
        select(*columns, *FACT_SUMS)
        .select_from(DailyResult)
        .join(AdCampaign, _same(AdCampaign, DailyResult.ad_campaign_id))
        .join(Campaign, _same(Campaign, DailyResult.campaign_id))
        .where(
            DailyResult.team_id == current_team(),
            DailyResult.grain_key == "",
            DailyResult.on.between(wanted.first, wanted.last),
            Campaign.trashed_at.is_(None),
        )
    )
    if wanted.platform:
        query = query.where(AdCampaign.platform == wanted.platform)
    if wanted.campaign_id is not None:
        query = query.where(DailyResult.campaign_id == wanted.campaign_id)
    return query


def _same(model: Any, key: Any) -> ColumnElement[bool]:
    return and_(model.team_id == DailyResult.team_id, model.id == key)
