"""Reads of results over a period: per day, per platform, per campaign. Every answer is kept apart
by currency; nothing is converted. Campaigns in the trash count nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select

from webapp.ads.models import campaign_day, platform_day
from webapp.ads.rates import Totals
from webapp.ads.rollup import sums_of
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
    found: dict[str, dict[date, Totals]] = defaultdict(dict)
    for currency, on, totals in _sums(wanted, "on"):
        found[currency][on] = totals
    return dict(found)


def per_platform(wanted: Wanted) -> dict[str, list[tuple[str, Totals]]]:
    """Currency → platforms with their totals."""
    table = platform_day.c
    key = (table.campaign_id, table.platform)
    # First a campaign's, in the order its days lie; then the few sums by currency.
    own = _platform_days(wanted, *key, *sums_of(platform_day)).group_by(*key).subquery()
    names = [column.name for column in own.c if column.name not in ("campaign_id", "platform")]
    add = {name: func.max if name == "last_on" else func.sum for name in names}
    columns = (Campaign.currency, own.c.platform)
    query = (
        select(*columns, *(add[name](own.c[name]).label(name) for name in names))
        .join(Campaign, Campaign.id == own.c.campaign_id)
        .where(Campaign.team_id == current_team())
        .group_by(*columns)
    )
    rows = execute(query).all()
    return _by_currency((row.currency, row.platform, Totals.of(row)) for row in rows)


def per_campaign(wanted: Wanted) -> dict[str, list[tuple[int, Totals]]]:
    """Currency → ids of campaigns with their totals."""
    return _by_currency(_sums(wanted, "campaign_id"))


def lines(wanted: Wanted) -> list[Line]:
    """Each day, campaign and platform of a period, one more than `MOST_LINES` at most."""
    table = platform_day.c
    columns = (platform_day, table.on.label("last_on"), Campaign.name, Campaign.currency)
    query = _platforms(wanted, *columns)
    query = query.order_by(table.on, table.campaign_id, table.platform).limit(MOST_LINES + 1)
    return [
        Line(row.on, row.name, row.platform, row.currency, Totals.of(row))
        for row in execute(query).all()
    ]


def _sums(wanted: Wanted, by: str) -> list[tuple[str, Any, Totals]]:
    """(currency, key, totals) per day or campaign, from the smallest rollup that knows it."""
    if wanted.platform:
        columns: tuple[Any, ...] = (Campaign.currency, platform_day.c[by].label("key"))
        query = _platforms(wanted, *columns, *sums_of(platform_day))
    else:
        columns = (campaign_day.c.currency, campaign_day.c[by].label("key"))
        query = _days(wanted, *columns, *sums_of(campaign_day))
    rows = execute(query.group_by(*columns)).all()
    return [(row.currency, row.key, Totals.of(row)) for row in rows]


def _by_currency(
    rows: Iterable[tuple[str, Any, Totals]],
) -> dict[str, list[tuple[Any, Totals]]]:
    found: dict[str, list[tuple[Any, Totals]]] = defaultdict(list)
    for currency, key, totals in rows:
        found[currency].append((key, totals))
    return dict(found)


def _days(wanted: Wanted, *columns: Any) -> Select[Any]:
    """Campaigns' days of the period; the key of the rollup begins with the day."""
    table = campaign_day.c
    trash = select(Campaign.id).where(
        Campaign.team_id == current_team(), Campaign.trashed_at.is_not(None)
    )
    query = select(*columns).where(
        table.team_id == current_team(),
        table.on.between(wanted.first, wanted.last),
        table.campaign_id.not_in(trash),
    )
    if wanted.campaign_id is not None:
        query = query.where(table.campaign_id == wanted.campaign_id)
    return query


def _platforms(wanted: Wanted, *columns: Any) -> Select[Any]:
    """Platforms' days of the period with their campaigns."""
    table = platform_day.c
    own = and_(table.team_id == Campaign.team_id, table.campaign_id == Campaign.id)
    query = _platform_days(wanted, *columns).join(Campaign, own)
    return query.where(Campaign.team_id == current_team())


def _platform_days(wanted: Wanted, *columns: Any) -> Select[Any]:
    """Platforms' days of the period, a range for each campaign."""
    table = platform_day.c
    # Without the list, SQLite reads every day the team ever had.
    kept = select(Campaign.id).where(
        Campaign.team_id == current_team(), Campaign.trashed_at.is_(None)
    )
    query = (
        select(*columns)
        .select_from(platform_day)
        .where(
            table.team_id == current_team(),
            table.campaign_id.in_(kept),
            table.on.between(wanted.first, wanted.last),
        )
    )
    if wanted.platform:
        query = query.where(table.platform == wanted.platform)
    if wanted.campaign_id is not None:
        query = query.where(table.campaign_id == wanted.campaign_id)
    return query
