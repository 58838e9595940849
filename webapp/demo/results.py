"""How a demo's daily results are written: one call, so that they go the way of every other result.
Their source is named: nobody can take them for an account's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from webapp.ads.models import AdCampaign, DailyResult
from webapp.core import clock, money
from webapp.core.actor import Actor
from webapp.db import execute
from webapp.demo.numbers import Day
from webapp.events.log import Payload, note

SOURCE = "demo"


@dataclass(frozen=True)
class Recorded(Payload):
    """Which days of a part were written."""

    first_on: str
    last_on: str


def record_days(part: AdCampaign, days: Sequence[Day], *, currency: str, by: Actor) -> None:
    """Write the results of a part, in the caller's unit of work; its days are new."""
    if not days:
        return
    execute(insert(DailyResult), [_row(part, day, currency) for day in days])
    span = Recorded(days[0].on.isoformat(), days[-1].on.isoformat())
    note("results.recorded", subject=part, by=by, data=span)


def _row(part: AdCampaign, day: Day, currency: str) -> dict[str, Any]:
    return {
        "team_id": part.team_id,
        "campaign_id": part.campaign_id,
        "ad_campaign_id": part.id,
        "on": day.on,
        "grain_key": "",
        "impressions": day.impressions,
        "clicks": day.clicks,
        "spend_cents": day.spend_cents,
        "spend_raw": str(money.to_major(day.spend_cents, currency)),
        "conversions": day.conversions,
        "value_cents": day.value_cents,
        "source": SOURCE,
        "updated_at": clock.now(),
    }
