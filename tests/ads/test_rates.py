"""Rates divide by the days that know both of their sides."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from tests import people
from webapp.ads.models import AdCampaign, DailyResult
from webapp.ads.queries import totals
from webapp.db import db, unit_of_work


def _results(campaign, *rows):
    part = db.session.scalars(
        select(AdCampaign).where(AdCampaign.campaign_id == campaign.id)
    ).first()
    with unit_of_work():
        for day, values in enumerate(rows, start=1):
            db.session.add(
                DailyResult(
                    team_id=campaign.team_id,
                    campaign_id=campaign.id,
                    ad_campaign_id=part.id,
                    on=date(2026, 11, day),
                    source="import:1",
                    **values,
                )
            )
        db.session.flush()


def test_a_day_without_clicks_reported_does_not_dilute_the_click_rate(team):
    campaign = people.draft(team)
    _results(
        campaign,
        {"impressions": 1000, "clicks": 50, "spend_cents": 10_000},
        {"impressions": 9000, "clicks": None, "spend_cents": 90_000},
    )

    found = totals(campaign.id)

    assert found.clickable_impressions == 1000
    assert found.per_click_cents == 200
    assert found.per_thousand_cents == 10_000


def test_a_cost_per_conversion_counts_only_days_that_name_conversions(team):
    campaign = people.draft(team)
    _results(
        campaign,
        {"conversions": Decimal("4"), "spend_cents": 1_000},
        {"conversions": None, "spend_cents": 5_000},
    )

    assert totals(campaign.id).per_conversion_cents == 250


def test_what_nothing_is_known_of_has_no_rate(team):
    found = totals(people.draft(team).id)

    assert (found.per_click_cents, found.per_conversion_cents, found.per_thousand_cents) == (
        None,
    ) * 3
