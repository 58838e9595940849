"""How a demo's daily results are written: the way of every other result, with a source of their
own, so that nobody can take them for an account's.
"""

from collections.abc import Sequence
from decimal import Decimal

from webapp.ads import results
from webapp.ads.models import AdCampaign
from webapp.campaigns.models import Campaign
from webapp.core import money
from webapp.core.actor import Actor
from webapp.db import find
from webapp.demo.numbers import Day

SOURCE = "demo"


def record_days(part: AdCampaign, days: Sequence[Day], *, currency: str, by: Actor) -> None:
    """Write the results of a part, in the caller's unit of work; its days are new."""
    if not days:
        return
    campaign = find(Campaign, part.campaign_id, lock=True)
    told = [_told(day, currency) for day in days]
    results.write_days(part, campaign, told, source=SOURCE, by=by)


def _told(day: Day, currency: str) -> results.Day:
    value = None if day.value_cents is None else money.to_major(day.value_cents, currency)
    return results.Day(
        on=day.on,
        spend=money.to_major(day.spend_cents, currency),
        impressions=day.impressions,
        clicks=day.clicks,
        conversions=None if day.conversions is None else Decimal(day.conversions),
        value=value,
    )
