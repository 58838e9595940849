"""A task's own page: what it is, where it stands in the plan, what it waits for, what was done
about it. Moving one is in `tasks`; what several of these pages share, too.
"""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.availability import queries as availability
from webapp.campaigns import queries as campaigns
from webapp.comments.commands import add_comment
from webapp.core import clock, zones
from webapp.core.errors import Conflict, Invalid, StaleVersion
from webapp.events.models import Event
from webapp.timelines import queries
from webapp.timelines.commands import link_tasks, unlink_tasks
from webapp.timelines.lengths import lag_of
from webapp.timelines.models import PRIORITIES, Task
from webapp.timelines.tasks import assign_task, block_task, edit_task
from webapp.timelines.time_spent import log_time
from webapp.views import (
    activity_words,
    comments,
    files,
    stale_words,
    task_words,
    time_spent,
    troubles,
)
from webapp.views import task_board as board
from webapp.views.tasks import LABELS, STALE, done, placed
from webapp.web.forms import submitted, typed
from webapp.web.fragments import fragment
from webapp.web.guards import guard
from webapp.web.render import page, path_for, see_other
from webapp.web.security import accepts_files
from webapp.web.shell import follow_campaign

bp = Blueprint("task_page", __name__, url_prefix="/tasks/<int:task_id>")


@bp.get("")
@guard("see", loads=Task)
def detail(task_id: int, status: int = 200, **refused: Any) -> Response:
    task = queries.task(task_id)
    follow_campaign(task.campaign_id)
    blank: dict[str, Any] = {"form": "", "values": {}, "errors": {}}
    values = facts_of(task) | comments.said_about("task", task_id)
    values |= files.attached_to("task", task_id) | time_spent.spent_on(task_id)
    return page("tasks/detail.html", status, **values | blank | refused)


def facts_of(task: Task) -> dict[str, Any]:
    """Everything the page says of a task itself."""
    campaign = campaigns.campaign(task.campaign_id)
    line = queries.line(task.id)
    today = zones.today(clock.now(), campaign.zone)
    people = {one.user_id: one.name for one in availability.profiles()}
    owner = "" if task.assignee_id is None else _name_of(task.assignee_id)
    return {
        "task": task,
        "line": line,
        "campaign": campaign,
        "campaign_id": campaign.id,
        "section": "campaigns",
        "today": today,
        "open_tasks": board.count_of(campaign.id)["open_tasks"],
        "may_change": not campaign.trashed_at and not campaign.archived_at and not task.trashed_at,
        "owner": owner,
        "owner_left": task.assignee_id is not None and task.assignee_id not in people,
        "people": _choices(people, task.assignee_id, owner),
        "priority_words": PRIORITIES[task.priority],
        "estimate": task_words.working(task.estimate_minutes, _day_minutes()),
        "troubles": troubles.of_task(task.id),
        "place": task_words.place_of(line, campaign.zone, today),
        "before": _neighbours(task.id, behind=False),
        "after": _neighbours(task.id, behind=True),
        "others": [(one.id, one.title) for one in queries.lines(campaign.id) if one.id != task.id],
        "steps": activity_words.lines(queries.history(task.id), own_task=task.id),
    }


def _name_of(user_id: int) -> str:
    return accounts.names({user_id}).get(user_id, "Somebody")


def _choices(
    people: dict[int, str], assignee_id: int | None, owner: str
) -> list[tuple[str | int, str]]:
    """Whom it may be given to; who has it stays in the list after leaving."""
    choices: list[tuple[str | int, str]] = [("", board.NOBODY), *people.items()]
    if assignee_id is not None and assignee_id not in people:
        choices.append((assignee_id, f"{owner} (left the team)"))
    return choices


def _day_minutes() -> int:
    week = availability.working_week()
    return week.ends - week.starts


def _neighbours(task_id: int, *, behind: bool) -> list[dict[str, Any]]:
    """What it waits for, or what waits for it, with how in words."""
    day_minutes = _day_minutes()
    return [
        {
            "id": row.id,
            "title": row.title,
            "state": row.state,
            "how": f"{'finished' if row.kind == 'fs' else 'started'}"
            f"{task_words.lag(row.lag_minutes, day_minutes)}",
        }
        for row in queries.neighbours(task_id, behind=behind)
    ]


@bp.get("/edit")
@guard("campaign.edit", loads=Task)
def edit(task_id: int, status: int = 200, **refused: Any) -> Response:
    task = queries.task(task_id)
    if task.trashed_at is not None:
        raise Conflict("This task is in the trash. Restore it first.")
    values = _values(task) | refused.pop("values", {})  # a form may lack what its page had
    blank = {"values": values, "errors": {}, "stale": None}
    return page(
        "tasks/edit.html",
        status,
        task=task,
        campaign=campaigns.campaign(task.campaign_id),
        section="campaigns",
        labels=LABELS,
        priorities=list(PRIORITIES.items()),
        people=None,
        **blank | refused,
    )


def _values(task: Task) -> dict[str, Any]:
    return {
        "title": task.title,
        "description": task.description,
        "phase": task.phase,
        "priority": task.priority,
        "estimate_minutes": str(task.estimate_minutes),
        "skills": ", ".join(task.skills),
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "version": task.version,
    }


@bp.post("/edit")
@guard("campaign.edit", loads=Task)
def save(task_id: int) -> Response:
    try:
        submitted(edit_task, task_id=task_id)
    except StaleVersion as error:
        values = typed() | {"version": error.version}
        return edit(task_id, error.status, values=values, stale=stale_words.of_task(error))
    except Invalid as error:
        return edit(task_id, error.status, values=typed(), errors=placed(error.fields))
    return see_other(path_for("task_page.detail", task_id=task_id), toast="Saved")


@bp.post("/assign")
@guard("campaign.edit", loads=Task)
def assign(task_id: int) -> Response:
    try:
        submitted(assign_task, task_id=task_id)
    except StaleVersion:
        raise Conflict(STALE) from None
    except Invalid as error:
        return detail(task_id, error.status, form="assign", values=typed(), errors=error.fields)
    task = queries.task(task_id)
    whose = board.NOBODY if task.assignee_id is None else _name_of(task.assignee_id)
    return done(task, f"“{task.title}” is {whose}'s now" if task.assignee_id else "Nobody's now")


@bp.post("/block")
@guard("campaign.edit", loads=Task)
def block(task_id: int) -> Response:
    try:
        if not request.form.get("reason", "").strip():
            raise Invalid({"reason": "Say what keeps it from going on."})
        submitted(block_task, task_id=task_id)
    except StaleVersion:
        raise Conflict(STALE) from None
    except Invalid as error:
        return detail(task_id, error.status, form="block", values=typed(), errors=error.fields)
    return done(queries.task(task_id), "Marked as blocked")


@bp.post("/links")
@guard("campaign.edit", loads=Task)
def link(task_id: int) -> Response:
    try:
        lag = lag_of(request.form.get("lag", ""), request.form.get("unit", "days"), _day_minutes())
        submitted(link_tasks, task_id=task_id, lag_minutes=lag)
    except Invalid as error:
        return detail(task_id, error.status, form="link", values=typed(), errors=error.fields)
    return done(queries.task(task_id), "It waits; the dates follow")


@bp.post("/unlink")
@guard("campaign.edit", loads=Task)
def unlink(task_id: int) -> Response:
    submitted(unlink_tasks, task_id=task_id)
    return done(queries.task(task_id), "It waits no longer for that")


@bp.post("/comments")
@guard("comment", loads=Task)
def comment(task_id: int) -> Response:
    try:
        submitted(add_comment, subject_kind="task", subject_id=task_id)
    except Invalid as error:
        return detail(task_id, error.status, form="comment", values=typed(), errors=error.fields)
    return see_other(f"{path_for('task_page.detail', task_id=task_id)}#comments")


@bp.post("/files")
@accepts_files
@guard("campaign.edit", loads=Task)
def attach(task_id: int) -> Response:
    try:
        files.uploaded("task", task_id)
    except Invalid as error:
        return detail(task_id, error.status, form="file", errors=error.fields)
    here = path_for("task_page.detail", task_id=task_id)
    return see_other(f"{here}#files", toast="File attached")


@bp.post("/time")
@guard("campaign.edit", loads=Task)
def log(task_id: int) -> Response:
    try:
        submitted(log_time, task_id=task_id)
    except Invalid as error:
        return detail(task_id, error.status, form="time", values=typed(), errors=error.fields)
    here = path_for("task_page.detail", task_id=task_id)
    return see_other(f"{here}#time", toast="Time kept")


@fragment(
    "tasks/_state.html",
    on=("task.*",),
    topic="campaign:{campaign_id}",
    about=lambda event: event.subject_id,
)
def task_state(event: Event) -> dict[str, Any]:
    return {"task": queries.task(event.subject_id)}
