"""The commands of a plan as a whole: when it begins, what it keeps in reserve, what waits for what,
and dates that move. What happens to a single task is in `tasks`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import delete, select

from webapp.approvals.commands import propose
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.operations import check_version, operation
from webapp.timelines import planning, queries, replanning, shifting
from webapp.timelines.critical_path import Cycle
from webapp.timelines.inputs import (
    EditTimeline,
    LinkTasks,
    Recalculate,
    ShiftDates,
    ShiftPlan,
    UnlinkTasks,
)
from webapp.timelines.models import Dependency, PlannedTask, Task, Timeline
from webapp.timelines.shifting import Gaps

SHIFT = "dates.shift"
#: Longest cycle that is spelled out; a longer one is named by its first tasks.
NAMED = 8


@dataclass(frozen=True)
class Linked(Payload):
    """What waits for what (tasks' ids), how, and how many working minutes after."""

    task_id: int
    waits_for_id: int
    kind: str = ""
    lag_minutes: int = 0


def writing(campaign_id: int, by: Actor) -> tuple[Campaign, Timeline]:
    """The campaign and its timeline, locked for a change of its plan; the timeline is made on
    first use. Raises Conflict when nothing is planned there any more.
    """
    campaign = find(Campaign, campaign_id, lock=True)
    campaign.check_kept()
    if campaign.archived_at is not None:
        raise Conflict("This campaign is archived. Take it out of the archive first.")
    return campaign, _locked_timeline(campaign, by)


def _locked_timeline(campaign: Campaign, by: Actor) -> Timeline:
    found = queries.timeline_of(campaign.id)
    if found is not None:
        return find(Timeline, found.id, lock=True)
    timeline = Timeline(
        team_id=campaign.team_id,
        campaign_id=campaign.id,
        starts_on=zones.today(clock.now(), campaign.zone),
    )
    db.session.add(timeline)
    record("timeline.made", subject=timeline, by=by)
    return timeline


@operation("timelines.edit", input=EditTimeline, permission="campaign.edit")
def edit_timeline(
    *, campaign_id: int, starts_on: date, buffer_hours: int, version: int, by: Actor
) -> int:
    """When work begins at the earliest, and how much is kept free before the target."""
    with unit_of_work():
        _, timeline = writing(campaign_id, by)
        check_version(
            timeline,
            version,
            {
                "starts_on": ("Work begins", starts_on),
                "buffer_minutes": ("Buffer in minutes", buffer_hours * 60),
            },
        )
        wanted = (starts_on, buffer_hours * 60)
        if wanted != (timeline.starts_on, timeline.buffer_minutes):
            timeline.starts_on, timeline.buffer_minutes = wanted
            record("timeline.changed", subject=timeline, by=by)
            replanning.replan(timeline)
        return timeline.id


@operation("timelines.recalculate", input=Recalculate, permission="campaign.edit")
def recalculate(*, campaign_id: int, version: int, by: Actor) -> int:
    """Lay the plan anew from the present: what has not begun cannot begin in the past."""
    with unit_of_work():
        _, timeline = writing(campaign_id, by)
        check_version(timeline, version, {})
        timeline.as_of_at = clock.now()
        record("timeline.recalculated", subject=timeline, by=by)
        replanning.replan(timeline)
        return timeline.id


@operation("tasks.link", input=LinkTasks, permission="campaign.edit")
def link_tasks(
    *, task_id: int, waits_for_id: int, kind: Literal["fs", "ss"], lag_minutes: int, by: Actor
) -> int:
    """Let one task wait for another of the same campaign; a circle is refused and named."""
    with unit_of_work():
        _, timeline = writing(find(Task, task_id).campaign_id, by)
        task, first = find(Task, task_id, lock=True), find(Task, waits_for_id)
        if first.campaign_id != task.campaign_id:
            raise Invalid({"waits_for_id": "Choose a task of the same campaign."})
        add_link(task, first, kind, lag_minutes)
        task.updated_at = clock.now()
        data = Linked(task_id, waits_for_id, kind, lag_minutes)
        record("task.linked", subject=task, by=by, data=data)
        try:
            replanning.replan(timeline)
        except Cycle as circle:
            raise Invalid({"waits_for_id": in_words(circle)}) from None
        return task.id


def add_link(task: Task, first: Task, kind: str, lag_minutes: int) -> None:
    """Write that a locked task waits for another; the caller records it and replans."""
    if first.id == task.id:
        raise Invalid({"waits_for_id": "A task cannot wait for itself."})
    if first.campaign_id != task.campaign_id or first.trashed_at is not None:
        raise Invalid({"waits_for_id": "Choose a task of the same campaign."})
    query = select(Dependency).where(
        Dependency.team_id == current_team(),
        Dependency.task_id == task.id,
        Dependency.waits_for_id == first.id,
    )
    link = db.session.scalars(query).one_or_none()
    if link is None:
        link = Dependency(
            team_id=task.team_id,
            campaign_id=task.campaign_id,
            task_id=task.id,
            waits_for_id=first.id,
        )
        db.session.add(link)
    link.kind, link.lag_minutes = kind, lag_minutes
    db.session.flush()


@operation("tasks.unlink", input=UnlinkTasks, permission="campaign.edit")
def unlink_tasks(*, task_id: int, waits_for_id: int, by: Actor) -> int:
    """Let a task wait no longer for another."""
    with unit_of_work():
        _, timeline = writing(find(Task, task_id).campaign_id, by)
        task = find(Task, task_id, lock=True)
        gone = execute(
            delete(Dependency).where(
                Dependency.team_id == current_team(),
                Dependency.task_id == task_id,
                Dependency.waits_for_id == waits_for_id,
            )
        ).rowcount
        if gone:
            task.updated_at = clock.now()
            record("task.unlinked", subject=task, by=by, data=Linked(task_id, waits_for_id))
            replanning.replan(timeline)
        return task.id


@operation("timelines.shift", input=ShiftDates, permission="campaign.edit")
def shift_dates(
    *, task_id: int, start_on: date | None, gaps: Gaps = "consume", why: str = "", by: Actor
) -> int:
    """Move the day a task begins at the earliest; everything that waits for it follows.

    Goes through the gate as `dates.shift`: a person's own acts at once and can be undone. Answers
    the proposal's id, or 0 when it would change nothing.
    """
    with unit_of_work():
        campaign, timeline = writing(find(Task, task_id).campaign_id, by)
        pin = zones.day_start(start_on, campaign.zone) if start_on else None
        planned = db.session.get(PlannedTask, (current_team(), task_id))
        if planned is None:
            raise Conflict("This task has no place in the plan.")
        if planned.pinned_at == pin:
            return 0
        pins = {task_id: pin}
        if gaps != "consume":
            laid = planning.lay(timeline)
            pins = shifting.pins_of_move(timeline, laid, task_id, pin, gaps)
        return _propose(campaign, timeline, pins, why, by)


@operation("timelines.shift_plan", input=ShiftPlan, permission="campaign.edit")
def shift_plan(*, campaign_id: int, days: int, target_was: date | None = None, by: Actor) -> int:
    """Move every chosen day ahead by so many working days, as one change that can be undone.

    Answers the proposal's id. Raises Conflict when no day ahead was chosen.
    """
    with unit_of_work():
        campaign, timeline = writing(campaign_id, by)
        target = (target_was, campaign.target_on) if target_was else None
        pins = shifting.pins_of_plan(planning.lay(timeline), days, clock.now(), target)
        if not pins:
            raise Conflict("No day ahead was chosen in this plan, so there is nothing to move.")
        return _propose(campaign, timeline, pins, "", by)


def _propose(
    campaign: Campaign, timeline: Timeline, pins: shifting.Pins, why: str, by: Actor
) -> int:
    return propose(
        SHIFT,
        timeline.id,
        {"pins": shifting.in_json(pins), "assignees": {}},
        campaign_id=campaign.id,
        currency=campaign.currency,
        by=by,
        why=why,
    )


def in_words(circle: Cycle) -> str:
    """The circle by its tasks' titles, back to the first."""
    keys = list(circle.keys)
    query = select(Task.id, Task.title).where(Task.team_id == current_team(), Task.id.in_(keys))
    titles = {row.id: row.title for row in execute(query)}
    named = [f"“{titles.get(key, '?')}”" for key in keys[:NAMED]]
    if len(keys) > NAMED:
        named.append(f"{len(keys) - NAMED} more")
    return f"They would wait for each other in a circle: {' → '.join([*named, named[0]])}."
