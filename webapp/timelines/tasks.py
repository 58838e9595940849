"""The commands of tasks: what is to be done, by whom, and how far it got. Each change of a row
records one event, and the plan follows in the same unit of work.

One campaign's plan has one writer at a time: every command locks the campaign, then its timeline,
then the task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from webapp.accounts import queries as accounts
from webapp.campaigns.models import Campaign
from webapp.campaigns.subjects import register_subject
from webapp.comments.commands import forget_comments
from webapp.core import clock, fault, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.db import db, find, unit_of_work
from webapp.events import timers
from webapp.events.log import Payload, note, record
from webapp.files.commands import forget_files
from webapp.operations import check_version, operation
from webapp.timelines import planning, replanning
from webapp.timelines.commands import add_link, in_words, writing
from webapp.timelines.critical_path import Cycle
from webapp.timelines.inputs import (
    AddTask,
    AssignTask,
    BlockTask,
    EditTask,
    EstimateTask,
    MoveTask,
    TaskId,
    words_of,
)
from webapp.timelines.models import USUAL_MINUTES, Task, Timeline
from webapp.timelines.workflow import State, lifecycle

AFTER_TASK = fault.point("timelines.after_task")

#: How long a task stays in the trash.
IN_TRASH = timedelta(days=30)
PURGE_DUE = "task.purge_due"


@dataclass(frozen=True)
class TaskAdded(Payload):
    """Whose it is from the beginning; None is nobody."""

    assignee_id: int | None


@dataclass(frozen=True)
class TaskMoved(Payload):
    """Which move, from where to where."""

    move: str
    was: str
    to: str


@dataclass(frozen=True)
class TaskChanged(Payload):
    """Which fields were edited (names only)."""

    fields: list[str]


@dataclass(frozen=True)
class TaskAssigned(Payload):
    """Whose it was, whose it is (people's ids; None is nobody)."""

    was_id: int | None
    assignee_id: int | None


@operation("tasks.add", input=AddTask, permission="campaign.edit")
def add_task(
    *,
    campaign_id: int,
    title: str,
    description: str = "",
    phase: str = "",
    priority: str = "normal",
    estimate_minutes: int = USUAL_MINUTES,
    skills: str = "",
    due_on: date | None = None,
    is_milestone: bool = False,
    assignee_id: int | None = None,
    start_on: date | None = None,
    waits_for_id: int | None = None,
    by: Actor,
) -> int:
    """A new task or milestone with its place in the plan."""
    with unit_of_work():
        campaign, timeline = writing(campaign_id, by)
        _check_assignee(assignee_id)
        task = new_task(
            campaign,
            title=title,
            description=description,
            phase=phase,
            is_milestone=is_milestone,
            assignee_id=assignee_id,
            priority=priority,
            estimate_minutes=estimate_minutes,
            skills=words_of(skills),
            due_on=due_on,
            due_at=_due_at(due_on, timeline, campaign),
            by=by,
        )
        if waits_for_id is not None:
            add_link(task, find(Task, waits_for_id), "fs", 0)
        replanning.replan(timeline)
        if start_on is not None:
            replanning.set_pins({task.id: zones.day_start(start_on, campaign.zone)})
            replanning.replan(timeline)
        return task.id


def new_task(campaign: Campaign, *, by: Actor, **columns: Any) -> Task:
    """Write a task of a locked campaign and its event; the caller links it and lays the plan."""
    if columns.get("is_milestone"):
        columns["estimate_minutes"] = 0
    task = Task(team_id=campaign.team_id, campaign_id=campaign.id, created_by=by.user_id, **columns)
    db.session.add(task)
    record("task.added", subject=task, by=by, data=TaskAdded(task.assignee_id))
    AFTER_TASK()
    return task


@operation("tasks.edit", input=EditTask, permission="campaign.edit")
def edit_task(
    *,
    task_id: int,
    title: str,
    description: str,
    phase: str,
    priority: str,
    estimate_minutes: int,
    skills: str,
    due_on: date | None,
    version: int,
    by: Actor,
) -> int:
    """Change what a task says of itself; a stale form is refused with both versions."""
    typed = {
        "title": ("Title", title),
        "description": ("Description", description),
        "phase": ("Phase", phase),
        "priority": ("Priority", priority),
        "estimate_minutes": ("Estimate in minutes", estimate_minutes),
        "skills": ("Skills", words_of(skills)),
        "due_on": ("Due", due_on),
    }
    with unit_of_work():
        campaign, timeline, task = _task(task_id, by)
        check_version(task, version, typed)
        fields: dict[str, object] = {name: value for name, (_, value) in typed.items()}
        fields["due_at"] = _due_at(due_on, timeline, campaign)
        if task.is_milestone:
            fields["estimate_minutes"] = 0
        if _changed(task, fields, by):
            replanning.replan(timeline)
        return task.id


@operation("tasks.estimate", input=EstimateTask, permission="campaign.edit")
def estimate_task(*, task_id: int, estimate_minutes: int, version: int, by: Actor) -> int:
    """How long it takes, from now on; a milestone takes no time."""
    with unit_of_work():
        _, timeline, task = _task(task_id, by)
        check_version(task, version, {"estimate_minutes": ("Minutes of work", estimate_minutes)})
        if task.is_milestone:
            raise Conflict("A milestone takes no time.")
        if _changed(task, {"estimate_minutes": estimate_minutes}, by):
            replanning.replan(timeline)
        return task.id


def _changed(task: Task, fields: Mapping[str, object], by: Actor) -> list[str]:
    changed = [name for name, value in fields.items() if getattr(task, name) != value]
    for name in changed:
        setattr(task, name, fields[name])
    if changed:
        record("task.changed", subject=task, by=by, data=TaskChanged(changed))
    return changed


@operation("tasks.move", input=MoveTask, permission="campaign.edit")
def move_task(*, task_id: int, move: str, version: int, by: Actor) -> int:
    """One move of the lifecycle; what is finished or begun takes its place in the plan as it
    happened.
    """
    with unit_of_work():
        _, timeline, task = _task(task_id, by)
        step = lifecycle.fire(move, task.state)
        check_version(task, version, {})
        now = clock.now()
        task.state = step.to
        if step.to == State.TO_DO:
            task.started_at = task.completed_at = None
        elif step.to == State.DONE:
            task.completed_at = now
            task.started_at = task.started_at or now
        elif step.to != State.CANCELLED:
            task.started_at, task.completed_at = task.started_at or now, None
        if not task.is_open:
            task.blocked_reason = ""
        record(step.event, subject=task, by=by, data=TaskMoved(step.move, step.was, step.to))
        _take_its_place(timeline)
        return task.id


@operation("tasks.block", input=BlockTask, permission="campaign.edit")
def block_task(*, task_id: int, reason: str, version: int, by: Actor) -> int:
    """Mark open work as blocked, with its reason, or take the mark away with none."""
    with unit_of_work():
        _, _, task = _task(task_id, by)
        check_version(task, version, {"blocked_reason": ("Reason", reason)})
        if reason and not task.is_open:
            raise Conflict("What is done or cancelled is not blocked.")
        if reason != task.blocked_reason:
            task.blocked_reason = reason
            record("task.blocked" if reason else "task.unblocked", subject=task, by=by)
        return task.id


@operation("tasks.assign", input=AssignTask, permission="campaign.edit")
def assign_task(*, task_id: int, assignee_id: int | None, version: int, by: Actor) -> int:
    """Whose task it is from now on."""
    with unit_of_work():
        _, _, task = _task(task_id, by)
        check_version(task, version, {})
        give(task, assignee_id, by=by)
        return task.id


def give(task: Task, assignee_id: int | None, *, by: Actor) -> None:
    """Assign a locked task; nothing happens when it is theirs already."""
    if assignee_id == task.assignee_id:
        return
    _check_assignee(assignee_id)
    was, task.assignee_id = task.assignee_id, assignee_id
    record("task.assigned", subject=task, by=by, data=TaskAssigned(was, assignee_id))


@operation("tasks.trash", input=TaskId, permission="campaign.edit")
def trash_task(*, task_id: int, by: Actor) -> int:
    """Put a task into the trash; what waited for it waits no longer. Its purge is armed with it."""
    with unit_of_work():
        _, timeline, task = _task(task_id, by, in_trash=True)
        if task.trashed_at is None:
            task.trashed_at = clock.now()
            record("task.trashed", subject=task, by=by)
            replanning.replan(timeline)
            timers.arm(
                _purge_key(task),
                PURGE_DUE,
                due_at=task.trashed_at + IN_TRASH,
                team_id=task.team_id,
                campaign_id=task.campaign_id,
                data={"trashed_at": task.trashed_at.isoformat()},
                label_key="timer.task_purged",
                by=by,
            )
        return task.id


@operation("tasks.restore", input=TaskId, permission="campaign.edit")
def restore_task(*, task_id: int, by: Actor) -> int:
    """Take it out of the trash, as it was."""
    with unit_of_work():
        _, timeline, task = _task(task_id, by, in_trash=True)
        if task.trashed_at is not None:
            task.trashed_at = None
            record("task.restored", subject=task, by=by)
            timers.cancel(_purge_key(task))
            _take_its_place(timeline)
        return task.id


def _take_its_place(timeline: Timeline) -> None:
    """Lay the plan with a task that may have been out of it. Its links stayed, and those that were
    made meanwhile may lead around to it: then it stays out.
    """
    try:
        replanning.replan(timeline)
    except Cycle as circle:
        words = f"Links made meanwhile stand against it. {in_words(circle)}"
        raise Conflict(words) from None


def purge_task(task: Task, *, by: Actor) -> None:
    """Delete a locked task with its links, what was said about it and what is attached to it; its
    events stay as the log.
    """
    note("task.purged", subject=task, by=by)
    forget_comments("task", task.id)
    forget_files("task", task.id, by=by)
    db.session.delete(task)
    db.session.flush()


def _campaign_of(task_id: int) -> int:
    """The campaign of a task that may be added to."""
    task = find(Task, task_id)
    if task.trashed_at is not None:
        raise Conflict("This task is in the trash. Restore it first.")
    return task.campaign_id


register_subject("task", _campaign_of)


def _task(task_id: int, by: Actor, *, in_trash: bool = False) -> tuple[Campaign, Timeline, Task]:
    """The task's campaign, timeline and the task, locked in that order."""
    campaign, timeline = writing(find(Task, task_id).campaign_id, by)
    task = find(Task, task_id, lock=True)
    if task.trashed_at is not None and not in_trash:
        raise Conflict("This task is in the trash. Restore it first.")
    return campaign, timeline, task


def _due_at(day: date | None, timeline: Timeline, campaign: Campaign) -> datetime | None:
    return planning.due_at(planning.times_of(timeline, campaign), day) if day else None


def _check_assignee(user_id: int | None) -> None:
    """Of the team, and more than a viewer: who only looks has no work."""
    if user_id is None:
        return
    membership = accounts.membership_of(user_id)
    if membership is None or membership.role == "viewer":
        raise Invalid({"assignee_id": "Choose somebody of this team who takes part."})


def _purge_key(task: Task) -> str:
    return f"task:{task.id}:purge"
