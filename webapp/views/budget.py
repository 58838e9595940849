"""A campaign's budget and its split over platforms, with what each spent."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.ads import commands, queries
from webapp.ads.platforms import PLATFORM_WORDS, PLATFORMS
from webapp.ads.results import RESULT_EVENTS
from webapp.approvals import queries as approvals
from webapp.approvals.kinds import kind_of
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, money, zones
from webapp.core.errors import Invalid, StaleVersion
from webapp.core.text import number_of_row
from webapp.events.models import Event
from webapp.views.campaign_pieces import head, requests_of
from webapp.web.forms import submitted, typed
from webapp.web.fragments import fragment
from webapp.web.guards import guard
from webapp.web.render import page, path_for, see_other

bp = Blueprint("budget", __name__, url_prefix="/campaigns/<int:campaign_id>/budget")


@bp.get("")
@guard("see", loads=Campaign)
def budget(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    campaign = campaigns.campaign(campaign_id)
    parts = parts_of(campaign_id)
    planned = [part for part in parts["parts"] if part.ad_campaign.is_planned]
    taken = {part.ad_campaign.platform for part in planned}
    blank = {
        "values": {
            "budget": money.typed(campaign.budget_cents, campaign.currency),
            "version": campaign.version,
        },
        "errors": {},
        "stale": None,
        "shares": {
            part.ad_campaign.id: money.typed(part.ad_campaign.allocated_cents, campaign.currency)
            for part in planned
        },
    }
    values = blank["values"] | refused.pop("values", {})  # a form may lack what its page had
    return page(
        "campaigns/budget.html",
        status,
        **head(campaign_id) | parts | requests_of(campaign_id),
        planned=planned,
        effect=_effect(campaign),
        addable=[(key, words) for key, words in PLATFORMS.items() if key not in taken],
        **blank | refused | {"values": values},
    )


def _effect(campaign: Campaign) -> dict[str, str]:
    """What saving the form would do, said before anybody presses: `acts`, `asks` or `refuses`."""
    if campaign.trashed_at:
        return {"does": "refuses", "words": "This campaign is in the trash."}
    if campaign.is_closed:
        return {"does": "refuses", "words": "This campaign is closed; its budget stays as it was."}
    if campaign.state == "in_review":
        words = (
            "The budget is part of the launch that is being decided. "
            "Take that request back to change it."
        )
        return {"does": "refuses", "words": words}
    if campaign.is_draft:
        return {"does": "acts", "words": "It is a draft: saving changes the budget at once."}
    policy = approvals.policy_of(commands.BUDGET_CHANGE)
    kind = kind_of(commands.BUDGET_CHANGE)
    level = policy.level if policy else kind.level
    most = policy.guard.get("max_amount_cents") if policy else kind.guard.max_amount_cents
    team_currency = accounts.team().currency
    if level == "act" and most is None and campaign.currency == team_currency:
        return {"does": "acts", "words": "Saving changes the budget at once. It can be undone."}
    if level == "act" and most and campaign.currency == team_currency:
        words = (
            f"Up to {money.words(most, campaign.currency)} saving acts at once and can be undone; "
            "above that it asks for approval first."
        )
        return {"does": "acts", "words": words}
    if level in ("act", "ask"):
        words = "Saving asks for approval. Nothing changes until it is approved."
        return {"does": "asks", "words": words}
    return {"does": "asks", "words": "Saving only notes the change; the team makes none by itself."}


def parts_of(campaign_id: int) -> dict[str, Any]:
    """The platform table's values, for the page and for the push."""
    campaign = campaigns.campaign(campaign_id)
    return {
        "campaign": campaign,
        "parts": queries.parts(campaign_id),
        "totals": queries.totals(campaign_id),
        "platform_words": PLATFORM_WORDS,
        "today": zones.today(clock.now(), campaign.zone),
    }


@bp.post("")
@guard("proposals.make", loads=Campaign)
def change(campaign_id: int) -> Response:
    try:
        proposal_id = submitted(commands.change_budget, campaign_id=campaign_id)
    except StaleVersion as error:
        return budget(
            campaign_id,
            error.status,
            values=typed() | {"version": error.version},
            stale=_both_budgets(campaign_id, error),
            shares=_typed_shares(),
        )
    except Invalid as error:
        return budget(
            campaign_id, error.status, values=typed(), errors=error.fields, shares=_typed_shares()
        )
    toast = "Budget saved"
    if proposal_id:
        state = approvals.state_of(proposal_id)
        toast = "Budget changed" if state == "applied" else "Sent for approval"
    return see_other(path_for("budget.budget", campaign_id=campaign_id), toast=toast)


def _both_budgets(campaign_id: int, stale: StaleVersion) -> StaleVersion:
    """The two budgets as amounts, not as minor units."""
    campaign = campaigns.campaign(campaign_id)
    theirs = money.words(campaign.budget_cents, campaign.currency, cents=True)
    fields = {name: (label, yours, theirs) for name, (label, yours, _) in stale.fields.items()}
    return StaleVersion(stale.message, version=stale.version, fields=fields)


def _typed_shares() -> dict[int, str]:
    """What was typed beside each platform; an id that none can have is not shown again."""
    ids = map(number_of_row, request.form.getlist("ad_campaign_ids"))
    pairs = zip(ids, request.form.getlist("shares"), strict=False)
    return {number: share for number, share in pairs if number is not None}


@bp.post("/platforms")
@guard("campaign.edit", loads=Campaign)
def add_platform(campaign_id: int) -> Response:
    try:
        submitted(commands.add_platform, campaign_id=campaign_id)
    except Invalid as error:
        return budget(campaign_id, error.status, errors=error.fields)
    return see_other(path_for("budget.budget", campaign_id=campaign_id), toast="Platform added")


@fragment(
    "campaigns/_parts.html",
    on=("campaign.*", "ad_campaign.*", *RESULT_EVENTS),
    topic="campaign:{campaign_id}",
)
def campaign_parts(event: Event) -> dict[str, Any]:
    assert event.campaign_id is not None
    return parts_of(event.campaign_id)
