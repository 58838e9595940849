"""What a campaign spent: its numbers, per day and platform, its pace against the plan, and all of
it as a file.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from webapp.ads import queries
from webapp.ads.models import AdCampaign
from webapp.ads.pacing import Plan, pace
from webapp.ads.platforms import PLATFORM_WORDS
from webapp.ads.queries import Spent
from webapp.ads.rates import Totals, add
from webapp.ads.results import RESULT_EVENTS
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.views import plots, result_lines
from webapp.views.campaign_pieces import head
from webapp.views.figures import stacked_bars
from webapp.views.pace_chart import WORDS, pace_chart
from webapp.views.spend_chart import colour_of, in_order, spend_chart
from webapp.web.export import csv_file
from webapp.web.fragments import fragment
from webapp.web.guards import guard
from webapp.web.render import page
from webapp.web.security import with_charts

bp = Blueprint("spend", __name__, url_prefix="/campaigns/<int:campaign_id>")

#: What changes the plan they are compared with.
CAMPAIGN_EVENTS = ("campaign.*",)
SPARK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform's line of the table: its parts together. `trend` is a line of its last days."""

    words: str
    colour: int
    state: str
    allocated_cents: int
    totals: Totals
    trend: list[str]


@bp.get("/spend")
@with_charts
@guard("see", loads=Campaign)
def spend(campaign_id: int) -> Response:
    campaign, days = campaigns.campaign(campaign_id), queries.daily(campaign_id)
    values = _numbers(campaign) | _chart(campaign, days) | _pace(campaign, days)
    values |= _platforms(campaign, days)
    return page("spend/campaign.html", **head(campaign_id) | values)


@bp.get("/spend/figure.json")
@guard("see", loads=Campaign)
def figure(campaign_id: int) -> Response:
    """The bars, for the plotting library."""
    campaign = campaigns.campaign(campaign_id)
    chart = _chart(campaign, queries.daily(campaign_id))["chart"]
    return jsonify(stacked_bars(chart, campaign.currency))


@bp.get("/spend.csv")
@guard("export", loads=Campaign)
def export(campaign_id: int) -> Response:
    """Every day and part the page adds up, with what their reports say besides."""
    campaign = campaigns.campaign(campaign_id)
    rows = (
        [
            *result_lines.cells(
                fact.on,
                (PLATFORM_WORDS[part.platform], part.name),
                Totals.of_fact(fact),
                campaign.currency,
            ),
            "; ".join(f"{name}: {cell}" for name, cell in result_lines.kept(fact.extra)),
        ]
        for part, fact in queries.facts_of(campaign_id)
    )
    header = [*result_lines.header("Platform", "Ad campaign"), "Other columns"]
    return csv_file(f"campaign-{campaign_id}-spend", header, rows)


def plan_of(campaign: Campaign) -> Plan:
    """The budget over the campaign's days, in its own zone."""
    return Plan(campaign.budget_cents, campaign.starts_wall.date(), campaign.last_on)


def _base(campaign: Campaign) -> dict[str, Any]:
    return {"campaign": campaign, "today": zones.today(clock.now(), campaign.zone)}


def _numbers(campaign: Campaign) -> dict[str, Any]:
    totals = queries.totals(campaign.id)
    reached = totals.last_on
    found = pace(plan_of(campaign), totals.spend_cents, reached) if reached else None
    return _base(campaign) | {
        "totals": totals,
        "pace": found,
        "pace_words": WORDS[found.state] if found else "",
    }


def _chart(campaign: Campaign, days: Sequence[Spent]) -> dict[str, Any]:
    per_day = plan_of(campaign).per_day_cents or None
    return _base(campaign) | {
        "chart": spend_chart(days, campaign.currency, per_day_cents=per_day),
        "last_on": days[-1][0] if days else None,
    }


def _pace(campaign: Campaign, days: Sequence[Spent]) -> dict[str, Any]:
    values = _base(campaign)
    sums: dict[date, int] = defaultdict(int)
    for on, _, cents in days:
        sums[on] += cents
    chart = pace_chart(list(sums.items()), plan_of(campaign), campaign.currency, values["today"])
    return values | {"pace_chart": chart if campaign.budget_cents else None}


def _platforms(campaign: Campaign, days: Sequence[Spent]) -> dict[str, Any]:
    parts: dict[str, list[AdCampaign]] = defaultdict(list)
    for part in queries.parts_of(campaign.id):
        parts[part.platform].append(part)
    did, trends = queries.per_platform(campaign.id), _trends(days)
    platforms = [
        Platform(
            PLATFORM_WORDS[name],
            colour_of(name),
            parts[name][0].state,
            sum(one.allocated_cents for one in parts[name]),
            did.get(name, Totals()),
            trends.get(name, []),
        )
        for name in in_order(set(parts))
    ]
    return _base(campaign) | {
        "platforms": platforms,
        "total": add(one.totals for one in platforms),
        "allocated_cents": sum(one.allocated_cents for one in platforms),
    }


def _trends(days: Sequence[Spent]) -> dict[str, list[str]]:
    """Each platform's spend of the last days as a small line; days without rows are zero."""
    if not days:
        return {}
    last = days[-1][0]
    window = [last - timedelta(days=back) for back in reversed(range(SPARK_DAYS))]
    spent: dict[str, dict[date, int]] = defaultdict(dict)
    for on, name, cents in reversed(days):
        if on < window[0]:
            break
        spent[name][on] = cents
    return {
        name: plots.points(window, [own.get(on, 0) for on in window], max(*own.values(), 1))
        for name, own in spent.items()
    }


@fragment(
    "spend/_numbers.html", on=(*RESULT_EVENTS, *CAMPAIGN_EVENTS), topic="campaign:{campaign_id}"
)
def spend_numbers(event: Event) -> dict[str, Any]:
    return _numbers(_campaign(event))


@fragment(
    "spend/_chart.html", on=(*RESULT_EVENTS, *CAMPAIGN_EVENTS), topic="campaign:{campaign_id}"
)
def spend_per_day(event: Event) -> dict[str, Any]:
    campaign = _campaign(event)
    return _chart(campaign, queries.daily(campaign.id))


@fragment("spend/_table.html", on=RESULT_EVENTS, topic="campaign:{campaign_id}")
def spend_table(event: Event) -> dict[str, Any]:
    campaign = _campaign(event)
    return _chart(campaign, queries.daily(campaign.id))


@fragment("spend/_pace.html", on=(*RESULT_EVENTS, *CAMPAIGN_EVENTS), topic="campaign:{campaign_id}")
def spend_pace(event: Event) -> dict[str, Any]:
    campaign = _campaign(event)
    return _pace(campaign, queries.daily(campaign.id))


@fragment(
    "spend/_platforms.html",
    on=(*RESULT_EVENTS, "ad_campaign.*"),
    topic="campaign:{campaign_id}",
)
def spend_platforms(event: Event) -> dict[str, Any]:
    campaign = _campaign(event)
    return _platforms(campaign, queries.daily(campaign.id))


def _campaign(event: Event) -> Campaign:
    assert event.campaign_id is not None  # the topic names it
    return campaigns.campaign(event.campaign_id)
