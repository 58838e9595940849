"""Daily results for tests, made as a person or a key gives them."""

from datetime import date
from typing import Any

from tests.people import Person
from webapp.ads.queries import planned_parts
from webapp.ads.results import Day, record_results
from webapp.campaigns.models import Campaign


def record(campaign: Campaign, by: Person, *days: dict[str, Any], part: int = 0) -> None:
    """Days of one of the campaign's planned parts; amounts are major units."""
    record_results(
        ad_campaign_id=planned_parts(campaign.id)[part].id,
        days=[Day(**{"spend": "0", "impressions": 0} | day) for day in days],
        by=by.actor,
    )


def day(on: date, spend: str, **more: Any) -> dict[str, Any]:
    return {"on": on, "spend": spend} | more
