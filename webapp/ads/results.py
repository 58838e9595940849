"""Writes of daily results given by a person or a key, and the rebuilding of the rollups. Reports of
the platforms come through `webapp.imports`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field, field_validator
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.ads.models import AdCampaign, DailyResult, campaign_total
from webapp.ads.rates import plain
from webapp.ads.rollup import refresh
from webapp.campaigns.models import Campaign
from webapp.core import clock, fault, money, zones
from webapp.core.actor import Actor
from webapp.core.errors import Invalid, NotFound
from webapp.db import current_team, execute, find, is_sqlite, unit_of_work
from webapp.events.log import Payload, note
from webapp.operations import Input, operation

#: What changes results: whoever shows them is redrawn by these.
RESULT_EVENTS = ("import_batch.committed", "import_batch.undone", "results.recorded")
#: No ad account is older, so an earlier day is a slip.
FIRST_ON = date(2000, 1, 1)
MOST_DAYS = 1000
#: Finer than any platform bills; also what the raw amount is kept in.
MOST_DECIMALS = 6

AFTER_FACTS = fault.point("results.after_facts")


@dataclass(frozen=True)
class Recorded(Payload):
    """How many days were written, and between which."""

    days: int
    first_on: str
    last_on: str


class Day(Input):
    """One day of the ad account. `spend` and `value` are major units; what is not known is left
    out, never zero.
    """

    on: date
    spend: Decimal = Field(ge=0, le=money.MOST, decimal_places=MOST_DECIMALS)
    impressions: int | None = Field(default=None, ge=0)
    clicks: int | None = Field(default=None, ge=0)
    conversions: Decimal | None = Field(default=None, ge=0, le=money.MOST, decimal_places=4)
    value: Decimal | None = Field(default=None, ge=0, le=money.MOST, decimal_places=MOST_DECIMALS)


class RecordResults(Input):
    """Days of one ad campaign; a day that is there already is replaced."""

    ad_campaign_id: int
    days: list[Day] = Field(min_length=1, max_length=MOST_DAYS)

    @field_validator("days")
    @classmethod
    def _each_day_once(cls, value: list[Day]) -> list[Day]:
        seen: set[date] = set()
        for one in value:
            if one.on in seen:
                raise ValueError(f"{one.on} is there twice.")
            seen.add(one.on)
        return value


@operation("results.record", input=RecordResults, permission="imports.run")
def record_results(*, ad_campaign_id: int, days: list[Day], by: Actor) -> int:
    """Write the results of some days as the days' facts; the same days again change nothing more.
    Answers the ad campaign's id.
    """
    with unit_of_work():
        part = find(AdCampaign, ad_campaign_id)
        campaign = find(Campaign, part.campaign_id, lock=True)
        campaign.check_kept()
        write_days(part, campaign, days, source="by hand" if by.kind == "user" else "api", by=by)
        return part.id


def write_days(
    part: AdCampaign, campaign: Campaign, days: Sequence[Day], *, source: str, by: Actor
) -> None:
    """Write days of a part of a locked campaign, with their sums and their event, in the caller's
    unit of work; `source` says where they are from.
    """
    first, last = min(one.on for one in days), max(one.on for one in days)
    _check_days(campaign, first, last)
    _upsert([_fact(part, campaign, day, source) for day in days])
    AFTER_FACTS()
    refresh(campaign, first, last)
    data = Recorded(len(days), first.isoformat(), last.isoformat())
    note("results.recorded", subject=part, by=by, data=data)


def _check_days(campaign: Campaign, first: date, last: date) -> None:
    # The account's zone may be ahead of the campaign's.
    if last > zones.today(clock.now(), campaign.zone) + timedelta(days=1):
        raise Invalid({"days": f"{last} has not happened yet."})
    if first < FIRST_ON:
        raise Invalid({"days": f"{first} is too long ago."})


def _fact(part: AdCampaign, campaign: Campaign, day: Day, source: str) -> dict[str, Any]:
    value = None if day.value is None else money.to_minor(day.value, campaign.currency)
    return {
        "team_id": part.team_id,
        "campaign_id": part.campaign_id,
        "ad_campaign_id": part.id,
        "on": day.on,
        "grain_key": "",
        "impressions": day.impressions,
        "clicks": day.clicks,
        "spend_cents": money.to_minor(day.spend, campaign.currency),
        "spend_raw": f"{plain(day.spend):f}",
        "conversions": day.conversions,
        "value_cents": value,
        "extra": None,
        "source": source,
        "updated_at": clock.now(),
    }


def _upsert(facts: list[dict[str, Any]]) -> None:
    insert: Any = (sqlite if is_sqlite() else postgresql).insert(DailyResult)
    key = ("team_id", "ad_campaign_id", "on", "grain_key")
    replaced = {name: insert.excluded[name] for name in facts[0] if name not in key}
    execute(insert.on_conflict_do_update(index_elements=list(key), set_=replaced), facts)


def rebuild_rollups() -> int:
    """Sum every fact of the team again, a campaign at a time. Answers how many campaigns there
    were.
    """
    own = current_team()
    facts = select(DailyResult.campaign_id).where(DailyResult.team_id == own)
    sums = select(campaign_total.c.campaign_id).where(campaign_total.c.team_id == own)
    ids = sorted(row.campaign_id for row in execute(facts.union(sums)).all())
    for campaign_id in ids:
        with unit_of_work():
            try:
                campaign = find(Campaign, campaign_id, lock=True)
            except NotFound:  # purged meanwhile
                continue
            refresh(campaign, date.min, date.max)
    return len(ids)
