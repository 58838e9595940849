"""Requests in a calendar: where they wait to be decided, and when they were."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from webapp.approvals import queries as approvals
from webapp.approvals.kinds import kind_of
from webapp.approvals.queries import Dated
from webapp.approvals.workflow import State
from webapp.calendars.days import Days
from webapp.calendars.items import Item
from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import LAUNCH
from webapp.core import clock, zones
from webapp.db import current_team, execute

#: Days are counted from here.
EPOCH = date(2026, 1, 1)


def requests(
    days: Days, campaign_id: int | None = None, *, decidable_by: int | None = None
) -> list[Item]:
    """Requests of these days. A launch has to be decided before its campaign's start; what has no
    time at all waits today.
    """
    rows = approvals.dated(days.begins, days.ends, decidable_by=decidable_by)
    if campaign_id is not None:
        rows = [row for row in rows if row.campaign_id == campaign_id]
    about = _campaigns({row.campaign_id for row in rows if row.campaign_id is not None})
    found = [_item(row, about.get(row.campaign_id or 0), days.zone) for row in rows]
    return [one for one in found if one.touches(days)]


def _campaigns(campaign_ids: Iterable[int]) -> dict[int, Row[Any]]:
    ids = sorted(campaign_ids)
    if not ids:
        return {}
    query = select(
        Campaign.id,
        Campaign.name,
        Campaign.zone,
        Campaign.starts_at,
        Campaign.version,
        Campaign.updated_at,
    ).where(Campaign.team_id == current_team(), Campaign.id.in_(ids))
    return {row.id: row for row in execute(query)}


def _item(row: Dated, campaign: Row[Any] | None, zone: str) -> Item:
    waits = row.state == State.IN_REVIEW
    at = _due(row, campaign) if waits else row.decided_at
    today = zones.today(clock.now(), zone)
    return Item(
        "approval",
        row.id,
        kind_of(row.kind).words,
        campaign.id if campaign else None,
        campaign.name if campaign else "",
        campaign.zone if campaign else zone,
        row.state,
        starts_at=at,
        on=None if at else today,
        is_late=waits and at is not None and at < clock.now(),
        # What waits without a time goes along from day to day, and a launch with its campaign.
        version=row.version + (campaign.version if campaign else 0) + (today - EPOCH).days,
        changed_at=max(row.created_at, campaign.updated_at if campaign else row.created_at),
    )


def _due(row: Dated, campaign: Row[Any] | None) -> datetime | None:
    if row.due_at is None and row.kind == LAUNCH and campaign is not None:
        return campaign.starts_at  # type: ignore[no-any-return]
    return row.due_at
