"""The sections that campaigns and ads fill: overview, spend, results. Plain values only; how they
read on a page is the page's business. Never people, notes or audiences.
"""

from decimal import Decimal

from webapp.ads import queries as ads
from webapp.campaigns import queries as campaigns
from webapp.core import clock, zones
from webapp.sharing.sections import Numbers, share_section

#: What platforms count.
COUNTED = ("impressions", "clicks", "conversions")


def heading_of(campaign_id: int) -> Numbers:
    """What every shared page shows: the name, and what its amounts and days are measured in."""
    campaign = campaigns.campaign(campaign_id)
    return {
        "name": campaign.name,
        "currency": campaign.currency,
        "today": zones.today(clock.now(), campaign.zone).isoformat(),
    }


@share_section("overview", words="Overview", hint="Status, start, target date and end")
def overview(campaign_id: int) -> Numbers:
    campaign = campaigns.campaign(campaign_id)
    return {
        "state": campaign.state,
        "start_on": campaign.starts_wall.date().isoformat(),
        "target_on": campaign.target_on.isoformat(),
        "last_on": campaign.last_on.isoformat(),
    }


@share_section("spend", words="Spend", hint="Budget, spend per day and platform, costs")
def spend(campaign_id: int) -> Numbers:
    totals = ads.totals(campaign_id)
    return {
        "budget_cents": campaigns.campaign(campaign_id).budget_cents,
        "spend_cents": totals.spend_cents,
        "last_on": totals.last_on.isoformat() if totals.last_on else None,
        "per_thousand_cents": totals.per_thousand_cents,
        "per_click_cents": totals.per_click_cents,
        "per_conversion_cents": totals.per_conversion_cents,
        "daily": [
            [on.isoformat(), platform, cents] for on, platform, cents in ads.daily(campaign_id)
        ],
    }


@share_section("results", words="Results", hint="Impressions, clicks, conversions by platform")
def results(campaign_id: int) -> Numbers:
    totals = ads.totals(campaign_id)
    return {
        "last_on": totals.last_on.isoformat() if totals.last_on else None,
        "impressions": totals.impressions,
        "clicks": totals.clicks,
        "conversions": _plain(totals.conversions),
        "clickable_impressions": totals.clickable_impressions,
        "seen_clicks": totals.seen_clicks,
        "platforms": _by_platform(campaign_id),
    }


def _by_platform(campaign_id: int) -> list[Numbers]:
    """One line per platform that reported something; what nobody reported stays None."""
    sums: dict[str, dict[str, Decimal]] = {}
    for part in ads.parts(campaign_id):
        if part.totals.last_on is None:
            continue
        line = sums.setdefault(part.ad_campaign.platform, {})
        for name in COUNTED:
            value = getattr(part.totals, name)
            if value is not None:
                line[name] = line.get(name, Decimal()) + value
    return [
        {"platform": platform} | {name: _plain(line.get(name)) for name in COUNTED}
        for platform, line in sums.items()
    ]


def _plain(value: Decimal | None) -> int | float | None:
    """A count as JSON has it: whole where it is whole.

    >>> _plain(Decimal("12.0000")), _plain(Decimal("2.5")), _plain(None)
    (12, 2.5, None)
    """
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
