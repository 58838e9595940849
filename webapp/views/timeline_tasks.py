"""One task's place in the plan: its start with a preview of what else moves, how long it takes,
what it waits for, whose it is.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.core import zones
from webapp.core.errors import Invalid, NotFound, StaleVersion
from webapp.timelines import commands, planning, shifting
from webapp.timelines.inputs import checked_day
from webapp.timelines.lengths import minutes_of, typed_of
from webapp.timelines.models import Task
from webapp.timelines.tasks import assign_task, estimate_task
from webapp.views import plan_pieces
from webapp.views.campaign_pieces import head
from webapp.views.move_previews import Preview, preview_of
from webapp.views.timelines import EDITS, is_editable, owners, undo_of
from webapp.views.timelines import bp as timelines
from webapp.web.forms import submitted, typed
from webapp.web.guards import guard
from webapp.web.render import page, path_for, see_other

bp = Blueprint("timeline_tasks", __name__, url_prefix=f"{timelines.url_prefix}/tasks/<int:task_id>")

#: What happens behind a task that moves: key, words, what it means.
GAPS = (
    ("consume", "It moves only as far as it must", "Gaps are used up first."),
    (
        "maintain",
        "It keeps its distance",
        "Days chosen for it move along by the same working days.",
    ),
    ("ignore", "It stays where it is", "It moves only where it would overlap."),
)


@bp.get("")
@guard("see", loads=Task)
def task(campaign_id: int, task_id: int, status: int = 200, **refused: Any) -> Response:
    """The task's dates and the forms that change them; with `?start_on=`, what that would move."""
    plan, item = _found(campaign_id, task_id)
    line, span = item.line, plan.times.day_minutes
    amount, unit = typed_of(line.estimate_minutes, span)
    may_edit = is_editable(plan.campaign)
    trial, problem = _trial(plan, line.id) if may_edit else (None, {})
    pinned = plan.on(line.pinned_at)
    values = {
        "start_on": pinned.isoformat() if pinned else "",
        "gaps": "consume",
        "amount": amount,
        "unit": unit,
        "assignee_id": str(line.assignee_id or ""),
        "version": line.version,
        "kind": "fs",
        "lag_days": "0",
    }
    errors = problem | refused.pop("errors", {})
    values |= {key: one for key, one in request.args.items() if key in ("start_on", "gaps")}
    return page(
        "timelines/task.html",
        422 if problem and status == 200 else status,
        **head(campaign_id),
        item=item,
        line=line,
        may_edit=may_edit,
        may_start=line.is_open and line.state == "todo",
        gaps=GAPS,
        preview=trial,
        waits=_waits(plan, line.id),
        others=_others(plan, line.id),
        people=_owners(plan, line.assignee_id),
        errors=errors,
        stale=refused.pop("stale", None),
        values=values | refused.pop("values", {}),
    )


def _found(campaign_id: int, task_id: int) -> tuple[plan_pieces.Plan, plan_pieces.Item]:
    """The plan and the task's line of it; one of another campaign, or in the trash, is not here."""
    plan = plan_pieces.plan_of(campaign_id)
    items = plan_pieces.items_of(plan) if plan else []
    item = next((one for one in items if one.line.id == task_id), None)
    if plan is None or item is None:
        raise NotFound()
    return plan, item


def _trial(plan: plan_pieces.Plan, task_id: int) -> tuple[Preview | None, dict[str, str]]:
    """What the start in the address would move; or what is wrong with it."""
    if "start_on" not in request.args:
        return None, {}
    written, gaps = request.args["start_on"], request.args.get("gaps", "consume")
    try:
        day = checked_day(date.fromisoformat(written)) if written else None
    except ValueError:
        return None, {"start_on": "Write the date as year-month-day, like 2026-12-04."}
    if gaps not in {key for key, _, _ in GAPS}:
        return None, {"gaps": "Choose one of the list."}
    pin = zones.day_start(day, plan.campaign.zone) if day else None
    pins = shifting.pins_of_move(plan.timeline, plan.laid, task_id, pin, gaps)  # type: ignore[arg-type]
    moved, after = planning.moved_by(plan.timeline, pins)
    return preview_of(plan, moved, after), {}


def _waits(plan: plan_pieces.Plan, task_id: int) -> list[tuple[int, str]]:
    span = plan.times.day_minutes
    return [
        (link.before, plan_pieces.tie_words(link, plan.titles, span))
        for link in plan.laid.links
        if link.after == task_id
    ]


def _others(plan: plan_pieces.Plan, task_id: int) -> list[tuple[int, str]]:
    """What it may wait for: everything else that has a place in the plan."""
    return [
        (line.id, line.title)
        for line in plan.lines
        if line.id in plan.laid.tasks and line.id != task_id
    ]


def _owners(plan: plan_pieces.Plan, assignee_id: int | None) -> list[tuple[int, str]]:
    """Who may own it; who owns it now is in it, even when they left."""
    found = owners()
    if assignee_id is not None and assignee_id not in dict(found):
        found.append((assignee_id, f"{plan.names.get(assignee_id, 'Somebody')} (left the team)"))
    return found


@bp.post("/start")
@guard(EDITS, loads=Task)
def move(campaign_id: int, task_id: int) -> Response:
    _, item = _found(campaign_id, task_id)
    back = path_for("timelines.timeline", campaign_id=campaign_id)
    try:
        proposal_id = submitted(commands.shift_dates, task_id=task_id)
    except Invalid as error:
        return task(campaign_id, task_id, error.status, values=typed(), errors=error.fields)
    toast = f"“{item.line.title}” moved" if proposal_id else "It is there already"
    return see_other(f"{back}#task-{task_id}", toast=toast, undo=undo_of(proposal_id, back))


@bp.post("/estimate")
@guard(EDITS, loads=Task)
def estimate(campaign_id: int, task_id: int) -> Response:
    plan, _ = _found(campaign_id, task_id)

    def run() -> None:
        amount, unit = request.form.get("amount", ""), request.form.get("unit", "")
        minutes = minutes_of(amount, unit, plan.times.day_minutes)
        submitted(estimate_task, task_id=task_id, estimate_minutes=minutes)

    return _saved(campaign_id, task_id, run)


@bp.post("/owner")
@guard(EDITS, loads=Task)
def assign(campaign_id: int, task_id: int) -> Response:
    _found(campaign_id, task_id)
    return _saved(campaign_id, task_id, lambda: submitted(assign_task, task_id=task_id))


@bp.post("/after")
@guard(EDITS, loads=Task)
def link(campaign_id: int, task_id: int) -> Response:
    plan, _ = _found(campaign_id, task_id)

    def run() -> None:
        lag = request.form.get("lag_days", "") or "0"
        sign = -1 if lag.strip().startswith(("-", "−")) else 1
        try:
            minutes = sign * minutes_of(lag.strip().lstrip("-−"), "days", plan.times.day_minutes)
        except Invalid as error:
            raise Invalid({"lag_days": error.fields["amount"]}) from None
        submitted(commands.link_tasks, task_id=task_id, lag_minutes=minutes)

    return _saved(campaign_id, task_id, run)


@bp.post("/after/remove")
@guard(EDITS, loads=Task)
def unlink(campaign_id: int, task_id: int) -> Response:
    _found(campaign_id, task_id)
    return _saved(campaign_id, task_id, lambda: submitted(commands.unlink_tasks, task_id=task_id))


def _saved(campaign_id: int, task_id: int, run: Callable[[], object]) -> Response:
    """Run one form of the page; refused, the page comes back with what was typed."""
    try:
        run()
    except StaleVersion as error:
        values = typed() | {"version": error.version}
        return task(campaign_id, task_id, error.status, values=values, stale=error)
    except Invalid as error:
        return task(campaign_id, task_id, error.status, values=typed(), errors=error.fields)
    back = path_for("timeline_tasks.task", campaign_id=campaign_id, task_id=task_id)
    return see_other(back, toast="Saved")
