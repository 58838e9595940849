"""Who does what in a campaign: suggested owners, the planner's last run, everybody's load."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.approvals import queries as approvals
from webapp.assignments import commands, queries
from webapp.assignments.facts import facts_of
from webapp.assignments.suggesting import Suggestion, sentence
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.views import campaign_pieces as pieces
from webapp.web.forms import submitted
from webapp.web.fragments import fragment
from webapp.web.guards import guard
from webapp.web.render import page, path_for, see_other

bp = Blueprint("assignments", __name__, url_prefix="/campaigns/<int:campaign_id>/assignments")

#: What each end of a run says.
RUNS = {
    "asked": "Looking for a better plan. This takes a few seconds.",
    "nothing_better": "Nothing better was found: the plan stays as it is.",
    "failed": "The search broke off. Ask for it again.",
}
#: Why it was asked for.
REASONS = {
    "": "Asked for",
    "absence": "Because somebody is away",
    commands.MEANWHILE: "Because tasks changed during the search",
}
OUTCOMES = {
    "proposed": "It waits for a decision.",
    "in_review": "It waits for a decision.",
    "applied": "It was approved and applied.",
    "rejected": "It was rejected.",
    "dismissed": "It was dismissed.",
    "stale": "It is out of date: somebody changed the same tasks meanwhile.",
    "undone": "It was applied, and undone.",
    "expired": "It was not decided in time.",
}


@bp.get("")
@guard("see", loads=Campaign)
def index(campaign_id: int) -> Response:
    facts = facts_of(campaign_id)
    found = queries.suggestions(facts)
    values = pieces.head(campaign_id) | run_of(campaign_id)
    return page(
        "assignments/index.html",
        **values,
        suggested=found,
        fitting=[one for one in found if one.first is not None],
        said=_said,
        loads=queries.loads(facts),
        people=accounts.people(),
        plans=_may_be_planned(values["campaign"]),
    )


@bp.get("/next")
@guard("see", loads=Campaign)
def next_one(campaign_id: int) -> Response:
    """The soonest suggestion, for the board; a piece of its page."""
    campaign = campaigns.campaign(campaign_id)
    may = _may_be_planned(campaign)
    one = queries.next_suggestion(campaign_id) if may else None
    said = _said(one) if one is not None else ""
    return page("assignments/next.html", campaign=campaign, one=one, said=said)


def _may_be_planned(campaign: Campaign) -> bool:
    return not (campaign.is_closed or campaign.archived_at or campaign.trashed_at)


def _said(one: Suggestion) -> str:
    """Why this person, and who else, as the page says it."""
    if one.first is None:
        return one.obstacle
    second = next((other for other in one.others if other.fits), None)
    more = f" Second choice: {second.name}." if second else ""
    return sentence(one.first) + more


def run_of(campaign_id: int) -> dict[str, Any]:
    """What the last run of the planner came to, for the page and for the push."""
    run = queries.newest_run(campaign_id)
    campaign = campaigns.campaign(campaign_id)
    words, url = "", ""
    if run is not None and run.proposal_id is not None:
        state = approvals.state_of(run.proposal_id)
        changed = run.outcome["changed"]
        tasks = "1 task" if changed == 1 else f"{changed} tasks"
        words = f"A plan that changes {tasks} was proposed. {OUTCOMES.get(state, '')}".strip()
        url = path_for("approvals.detail", proposal_id=run.proposal_id)
    elif run is not None:
        words = RUNS["failed" if run.is_lost else run.state]
    return {
        "campaign": campaign,
        "run": run,
        "run_words": words,
        "reason": REASONS[run.reason] if run is not None else "",
        "run_url": url,
        "missed": run.outcome.get("missed", []) if run is not None else [],
        "today": zones.today(clock.now(), campaign.zone),
    }


@bp.post("/replan")
@guard("campaign.edit", loads=Campaign)
def replan(campaign_id: int) -> Response:
    submitted(commands.ask_for_plan, campaign_id=campaign_id)
    return _back(campaign_id, "Looking for a plan")


@bp.post("/accept")
@guard("campaign.edit", loads=Campaign)
def accept(campaign_id: int) -> Response:
    submitted(commands.accept_suggestions, campaign_id=campaign_id)
    if request.form.get("next") == "board":
        return see_other(path_for("tasks.index", campaign_id=campaign_id), toast="Assigned")
    return _back(campaign_id, "Assigned")


def _back(campaign_id: int, toast: str) -> Response:
    return see_other(path_for("assignments.index", campaign_id=campaign_id), toast=toast)


@fragment("assignments/_run.html", on=("plan_run.*", "proposal.*"), topic="campaign:{campaign_id}")
def planner_run(event: Event) -> dict[str, Any]:
    assert event.campaign_id is not None
    return run_of(event.campaign_id)
