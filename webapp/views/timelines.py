"""A campaign's timeline: the chart and the list, what adds to them, and the plan's settings. What
happens to a single task's dates is in `timeline_tasks`.
"""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.availability import commands as availability
from webapp.availability import queries as working
from webapp.availability.models import Blackout
from webapp.availability.week import days_in_words
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.core.errors import Conflict, Invalid, NotFound, StaleVersion
from webapp.db import find
from webapp.timelines import commands, planning, queries, shifting
from webapp.timelines.inputs import FARTHEST
from webapp.timelines.lengths import minutes_of
from webapp.timelines.tasks import add_task
from webapp.views import plan_pieces
from webapp.views.campaign_pieces import head
from webapp.views.move_previews import preview_of
from webapp.web.forms import submitted, typed
from webapp.web.guards import guard, viewer
from webapp.web.render import Undo, page, path_for, see_other

bp = Blueprint("timelines", __name__, url_prefix="/campaigns/<int:campaign_id>/timeline")

VIEWS = ("gantt", "list")
SCALES = ("day", "week", "month")
EDITS = "campaign.edit"
#: The first day of a blackout, beside the plan's own on one page.
FIRST_CLOSED = "closed_from"


def is_editable(campaign: Campaign) -> bool:
    """Whether who looks may change this plan now."""
    person = viewer()
    assert person is not None
    is_kept = not campaign.trashed_at and not campaign.archived_at
    return is_kept and person.may(EDITS)


@bp.get("")
@guard("see", loads=Campaign)
def timeline(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    asked_view, asked_scale = request.args.get("view", ""), request.args.get("scale", "")
    view = asked_view if asked_view in VIEWS else VIEWS[0]
    scale = asked_scale if asked_scale in SCALES else SCALES[1]
    parts = plan_pieces.PARTS if view == "gantt" else ("findings", "items")
    pieces = plan_pieces.pieces_of(campaign_id, parts)
    lines = [item.line for item in pieces["items"]]

    def links(**changes: str) -> str:
        chosen = {"view": view, "scale": scale} | changes
        wanted = {key: value for key, value in chosen.items() if value not in ("gantt", "week")}
        return path_for("timelines.timeline", campaign_id=campaign_id, **wanted)

    is_milestone = "true" if request.args.get("add") == "milestone" else ""
    blank = {"values": {"amount": "1", "unit": "days", "is_milestone": is_milestone}, "errors": {}}
    return page(
        "timelines/timeline.html",
        status,
        **head(campaign_id) | pieces,
        view=view,
        scale=scale,
        links=links,
        tasks=[(line.id, line.title) for line in lines if line.state != "cancelled"],
        phases=list(dict.fromkeys(line.phase for line in lines if line.phase)),
        people=owners(),
        may_edit=is_editable(pieces["campaign"]),
        **blank | refused,
    )


def owners() -> list[tuple[int, str]]:
    """Who may own a task, by name: people who work here."""
    return [(one.user_id, one.name) for one in working.profiles()]


@bp.post("/tasks")
@guard(EDITS, loads=Campaign)
def add(campaign_id: int) -> Response:
    values = {"is_milestone": "", "unit": "days"} | typed()
    try:
        minutes = minutes_of(
            request.form.get("amount", "") or "0",
            request.form.get("unit", ""),
            working.working_week().day_minutes,
        )
        task_id = submitted(add_task, campaign_id=campaign_id, estimate_minutes=minutes)
    except Invalid as error:
        return timeline(campaign_id, error.status, values=values, errors=error.fields)
    back = path_for("timelines.timeline", campaign_id=campaign_id)
    return see_other(f"{back}#task-{task_id}", toast="Added")


@bp.get("/recalculate")
@guard(EDITS, loads=Campaign)
def recalculate(campaign_id: int) -> Response:
    """What laying the plan anew from the present would move, before it does."""
    plan = _plan(campaign_id)
    moved, after = planning.moved_by_recalculating(plan.timeline)
    return page(
        "timelines/recalculate.html",
        **head(campaign_id),
        preview=preview_of(plan, moved, after),
        version=plan.timeline.version,
    )


@bp.post("/recalculate")
@guard(EDITS, loads=Campaign)
def lay_anew(campaign_id: int) -> Response:
    try:
        submitted(commands.recalculate, campaign_id=campaign_id)
    except StaleVersion:
        raise Conflict("The plan changed since you looked. Look again, then decide.") from None
    return _back(campaign_id, "Recalculated")


@bp.get("/shift")
@guard(EDITS, loads=Campaign)
def shift(campaign_id: int) -> Response:
    """The whole plan some working days later or sooner: what would move. `?target_was=` is the day
    the target stood on before; `?days=` any other number.
    """
    plan = _plan(campaign_id)
    was, days = _target_was(plan), 0
    if was is not None:
        days = shifting.days_between(plan.times, was, plan.campaign.target_on)
    else:
        days = _number(request.args.get("days", ""))
    target = (was, plan.campaign.target_on) if was else None
    pins = shifting.pins_of_plan(plan.laid, days, clock.now(), target)
    moved, after = planning.moved_by(plan.timeline, pins)
    return page(
        "timelines/shift.html",
        **head(campaign_id),
        preview=preview_of(plan, moved, after),
        days=days,
        target_was=was,
        pins=len(pins),
    )


@bp.post("/shift")
@guard(EDITS, loads=Campaign)
def shift_plan(campaign_id: int) -> Response:
    proposal_id = submitted(commands.shift_plan, campaign_id=campaign_id)
    return _back(campaign_id, "The plan moved", undo=proposal_id)


def _target_was(plan: plan_pieces.Plan) -> date | None:
    try:
        was = date.fromisoformat(request.args.get("target_was", ""))
    except ValueError:
        return None
    return was if was != plan.campaign.target_on and 2000 < was.year < 2100 else None


def _number(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        return 0
    return max(-FARTHEST, min(FARTHEST, number))


@bp.get("/settings")
@guard("see", loads=Campaign)
def settings(campaign_id: int, status: int = 200, form: str = "", **refused: Any) -> Response:
    """When work begins, the buffer, and the days this campaign does not work."""
    found = queries.timeline_of(campaign_id)
    campaign = campaigns.campaign(campaign_id)
    today = zones.today(clock.now(), campaign.zone)
    week = working.working_week()
    first = min(today, campaign.starts_wall.date())
    closed = working.closed_days(first, campaign.last_on + timedelta(days=60), campaign_id)
    blackouts = working.blackouts(first, date.max, campaign_id)
    starts_on = found.starts_on if found else today
    values = {
        "starts_on": starts_on.isoformat(),
        "buffer_hours": (found.buffer_minutes if found else 0) // 60,
        "version": found.version if found else 1,
    }
    values |= refused.pop("values", {})  # a form may lack what its page had
    blank = {"values": values, "errors": {}, "stale": None, "own": {}}
    return page(
        "timelines/settings.html",
        status,
        **head(campaign_id),
        form=form,
        starts_on=starts_on,
        buffer_minutes=found.buffer_minutes if found else 0,
        day_minutes=week.day_minutes,
        week_words=days_in_words(week.hours),
        closed=list(closed.items())[:12],
        blackouts=[one for one in blackouts if one.campaign_id is not None],
        may_edit=is_editable(campaign),
        **blank | refused,
    )


@bp.post("/settings")
@guard(EDITS, loads=Campaign)
def save_settings(campaign_id: int) -> Response:
    try:
        submitted(commands.edit_timeline, campaign_id=campaign_id)
    except StaleVersion as error:
        values = typed() | {"version": error.version}
        return settings(campaign_id, error.status, "plan", values=values, stale=error)
    except Invalid as error:
        return settings(campaign_id, error.status, "plan", values=typed(), errors=error.fields)
    return _back(campaign_id, "Plan settings saved")


@bp.post("/blackouts")
@guard(availability.MANAGES, loads=Campaign)
def add_blackout(campaign_id: int) -> Response:
    first = request.form.get(FIRST_CLOSED, "")
    try:
        submitted(availability.add_blackout, campaign_id=campaign_id, starts_on=first)
    except Invalid as error:
        names = {"starts_on": FIRST_CLOSED}
        errors = {names.get(name, name): words for name, words in error.fields.items()}
        return settings(campaign_id, error.status, "blackout", own=typed(), errors=errors)
    back = path_for("timelines.settings", campaign_id=campaign_id)
    return see_other(back, toast="Days closed for this campaign")


@bp.post("/blackouts/<int:blackout_id>/remove")
@guard(availability.MANAGES, loads=Blackout)
def remove_blackout(campaign_id: int, blackout_id: int) -> Response:
    if find(Blackout, blackout_id).campaign_id != campaign_id:
        raise NotFound()
    submitted(availability.remove_blackout, blackout_id=blackout_id)
    back = path_for("timelines.settings", campaign_id=campaign_id)
    return see_other(back, toast="Days opened again")


def _plan(campaign_id: int) -> plan_pieces.Plan:
    plan = plan_pieces.plan_of(campaign_id)
    if plan is None:
        raise Conflict("Nothing is planned in this campaign yet.")
    return plan


def _back(campaign_id: int, toast: str, undo: int = 0) -> Response:
    back = path_for("timelines.timeline", campaign_id=campaign_id)
    return see_other(back, toast=toast, undo=undo_of(undo, back))


def undo_of(proposal_id: int, back: str) -> Undo | None:
    """The way back from a change that went through the gate, for those who may undo."""
    person = viewer()
    if not proposal_id or person is None or not person.may("proposals.undo"):
        return None
    return Undo(path_for("approvals.undo", proposal_id=proposal_id), {"next": back})
