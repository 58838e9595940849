"""Rates divide by the days that know both of their sides."""

from datetime import date
from decimal import Decimal

import pytest

from tests import people
from tests.ads.results import day, record
from webapp.ads.queries import totals
from webapp.ads.rates import Totals, add

RATES = (
    "click_rate",
    "per_thousand_cents",
    "per_click_cents",
    "per_conversion_cents",
    "return_on_spend",
    "return_on_investment",
)


def test_a_day_without_clicks_reported_does_not_dilute_the_click_rate(team):
    campaign = people.draft(team)
    record(
        campaign,
        team.mia,
        day(date(2026, 11, 1), "100", impressions=1000, clicks=50),
        day(date(2026, 11, 2), "900", impressions=9000),
    )

    found = totals(campaign.id)

    assert found.clickable_impressions == 1000
    assert found.click_rate == Decimal("0.05")
    assert found.per_click_cents == 200
    assert found.per_thousand_cents == 10_000


def test_a_cost_per_conversion_counts_only_days_that_name_conversions(team):
    campaign = people.draft(team)
    record(
        campaign,
        team.mia,
        day(date(2026, 11, 1), "10", conversions=Decimal("4")),
        day(date(2026, 11, 2), "50"),
    )

    assert totals(campaign.id).per_conversion_cents == 250


def test_a_return_counts_only_days_that_name_a_value(team):
    campaign = people.draft(team)
    record(
        campaign,
        team.mia,
        day(date(2026, 11, 1), "10", value="32"),
        day(date(2026, 11, 2), "50"),
    )

    found = totals(campaign.id)

    assert found.return_on_spend == Decimal("3.2")
    assert found.return_on_investment == Decimal("2.2")


def test_a_value_of_nothing_is_a_loss_not_unknown():
    found = Totals(spend_cents=100, value_cents=0, value_cost_cents=100)

    assert (found.return_on_spend, found.return_on_investment) == (0, -1)


@pytest.mark.parametrize("rate", RATES)
def test_what_nothing_is_known_of_has_no_rate(rate):
    assert getattr(Totals(), rate) is None


@pytest.mark.parametrize("rate", RATES)
def test_zero_beneath_is_undefined_not_zero(rate):
    nothing = Totals(clicks=0, conversions=Decimal(0), value_cents=0)

    assert getattr(nothing, rate) is None


def test_sums_of_totals_keep_unknown_apart_from_zero():
    both = add([Totals(spend_cents=1, clicks=0), Totals(spend_cents=2)])

    assert (both.spend_cents, both.clicks, both.conversions) == (3, 0, None)
