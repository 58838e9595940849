"""The pieces of a campaign's pages: what stands above every tab, and what is redrawn while somebody
looks. Each function gives the same values to the page and to the push.
"""

from typing import Any

from webapp.accounts import queries as accounts
from webapp.ads import queries as ads
from webapp.ads.results import RESULT_EVENTS
from webapp.approvals import queries as approvals
from webapp.approvals.readiness import readiness_of
from webapp.campaigns import queries
from webapp.campaigns.links import links_of
from webapp.campaigns.models import OBJECTIVES, TYPES
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.views import activity_words
from webapp.views.task_board import count_of
from webapp.views.timer_words import what_happens_next
from webapp.web.fragments import fragment

#: How many lines of the log and how many requests stand beside the numbers.
STEPS = 8
REQUESTS = 8


def head(campaign_id: int) -> dict[str, Any]:
    """What every tab of a campaign shows above it."""
    campaign = queries.campaign(campaign_id)
    purge_at = campaign.purge_at
    return {
        "campaign": campaign,
        "type_words": TYPES[campaign.type],
        "section": "campaigns",
        "open_tasks": count_of(campaign_id)["open_tasks"],
        "purge_on": zones.today(purge_at, campaign.zone) if purge_at else None,
        "today": zones.today(clock.now(), campaign.zone),
        "asking": readiness_of("campaign", campaign_id) if campaign.is_draft else None,
    }


def overview_of(campaign_id: int) -> dict[str, Any]:
    """Everything the first tab shows."""
    values = head(campaign_id) | numbers_of(campaign_id) | details_of(campaign_id)
    values |= next_of(campaign_id) | requests_of(campaign_id) | ready_of(campaign_id)
    values["has_links"] = bool(links_of(values["campaign"]))
    return values | log_of(campaign_id)


def numbers_of(campaign_id: int) -> dict[str, Any]:
    """What it did so far."""
    return _with_today(campaign_id) | {"totals": ads.totals(campaign_id)}


def details_of(campaign_id: int) -> dict[str, Any]:
    campaign = queries.campaign(campaign_id)
    return _with_today(campaign_id) | {
        "type_words": TYPES[campaign.type],
        "objective_words": OBJECTIVES[campaign.objective],
        "owner_name": accounts.names({campaign.owner_id}).get(campaign.owner_id, "Somebody"),
    }


def next_of(campaign_id: int) -> dict[str, Any]:
    return _with_today(campaign_id) | {"next_up": what_happens_next(campaign_id)}


def ready_of(campaign_id: int) -> dict[str, Any]:
    """What its launch still needs, as long as it is not decided."""
    campaign = queries.campaign(campaign_id)
    waits = campaign.state in ("draft", "in_review") and not campaign.trashed_at
    found = readiness_of("campaign", campaign_id) if waits else None
    return {"campaign": campaign, "readiness": found}


def requests_of(campaign_id: int) -> dict[str, Any]:
    """Its requests as everybody sees them; who may decide is said on the request's own page."""
    items = approvals.of_campaign(campaign_id, user_id=0)[:REQUESTS]
    return {"campaign": queries.campaign(campaign_id), "items": items}


def log_of(campaign_id: int) -> dict[str, Any]:
    """The newest lines of the transition log, with names: who, why, when."""
    return {
        "campaign": queries.campaign(campaign_id),
        "steps": activity_words.steps(queries.transitions(campaign_id)[:STEPS]),
    }


def _with_today(campaign_id: int) -> dict[str, Any]:
    campaign = queries.campaign(campaign_id)
    return {"campaign": campaign, "today": zones.today(clock.now(), campaign.zone)}


@fragment("campaigns/_status.html", on=("campaign.*",), topic="campaign:{campaign_id}")
def campaign_status(event: Event) -> dict[str, Any]:
    return {"campaign": queries.campaign(_campaign_id(event))}


@fragment(
    "campaigns/_numbers.html",
    on=("campaign.*", *RESULT_EVENTS),
    topic="campaign:{campaign_id}",
)
def campaign_numbers(event: Event) -> dict[str, Any]:
    return numbers_of(_campaign_id(event))


@fragment("campaigns/_details.html", on=("campaign.*",), topic="campaign:{campaign_id}")
def campaign_details(event: Event) -> dict[str, Any]:
    return details_of(_campaign_id(event))


@fragment("campaigns/_next.html", on=("campaign.*",), topic="campaign:{campaign_id}")
def campaign_next(event: Event) -> dict[str, Any]:
    return next_of(_campaign_id(event))


@fragment(
    "campaigns/_ready.html",
    on=("campaign.*", "ad_campaign.*", "task.*", "timeline.*", "link.*"),
    topic="campaign:{campaign_id}",
)
def campaign_ready(event: Event) -> dict[str, Any]:
    return ready_of(_campaign_id(event))


@fragment("campaigns/_requests.html", on=("proposal.*",), topic="campaign:{campaign_id}")
def campaign_requests(event: Event) -> dict[str, Any]:
    return requests_of(_campaign_id(event))


@fragment("campaigns/_log.html", on=("campaign.*",), topic="campaign:{campaign_id}")
def campaign_log(event: Event) -> dict[str, Any]:
    return log_of(_campaign_id(event))


@fragment("campaigns/_event.html", on=("*",), topic="campaign:{campaign_id}", adds_row=True)
def activity_row(event: Event) -> dict[str, Any] | None:
    lines = activity_words.lines([event])
    return {"line": lines[0], "campaign_id": event.campaign_id} if lines else None


def _campaign_id(event: Event) -> int:
    assert event.campaign_id is not None  # the topic names it
    return event.campaign_id
