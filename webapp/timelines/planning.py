"""When each task of a campaign is to happen: its network in the team's working time, solved.
`replanning` writes it where pages and calendars read it.

Working time is an axis of whole minutes (`webapp.availability.working_time`); the rules are those
of the critical path (`critical_path`). Nothing here decides anything: a plan follows from tasks,
links, pins and days off, and laying it twice gives the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from webapp.availability.queries import working_time
from webapp.availability.working_time import WorkingTime
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import current_team, execute, find
from webapp.timelines.critical_path import Link, Network, Node
from webapp.timelines.models import Dependency, PlannedTask, Task, Timeline
from webapp.timelines.workflow import IN_HAND, State

#: What a task needs for its place in the plan.
_TASKS = (
    Task.id,
    Task.is_milestone,
    Task.state,
    Task.estimate_minutes,
    Task.due_on,
    Task.due_at,
    Task.started_at,
    Task.completed_at,
)


@dataclass(frozen=True, slots=True)
class Laid:
    """A campaign's plan: the axis, the network on it, its tasks and where they come from."""

    times: WorkingTime
    network: Network
    tasks: Mapping[int, Row[Any]]
    pins: Mapping[int, datetime | None]
    links: tuple[Link, ...]
    target_minute: int
    target_id: int | None

    def starts_at(self, task_id: int) -> datetime:
        """When it begins; for work that began, when it did. A milestone begins when it ends."""
        task = self.tasks[task_id]
        if task.is_milestone:
            return self.finishes_at(task_id)
        began = task.started_at or task.completed_at
        if began is not None and task.state != State.TO_DO:
            return began  # type: ignore[no-any-return]
        return self.times.start_at(self.network.slot(task_id).start)

    def finishes_at(self, task_id: int) -> datetime:
        """When it ends; for work that is done, when it did.

        A milestone on a boundary between two days belongs to the day its pin names, else to the
        day that ends what leads to it.
        """
        task = self.tasks[task_id]
        if task.state == State.DONE and task.completed_at is not None:
            return task.completed_at  # type: ignore[no-any-return]
        slot = self.network.slot(task_id)
        pin = self.pins.get(task_id)
        if pin is not None and self.times.minute_of(pin) != slot.start:
            pin = None
        if task.is_milestone and pin is not None and not self._is_worked(pin):
            return pin  # a show on a Saturday is on that Saturday
        if task.is_milestone and (pin is not None or not self._leads_to(task_id)):
            return self.times.start_at(slot.start)
        return self.times.finish_at(slot.finish)

    def _is_worked(self, instant: datetime) -> bool:
        return self.times.is_working(zones.today(instant, self.times.zone))

    def _leads_to(self, task_id: int) -> bool:
        return any(link.after == task_id for link in self.links)

    def before_target(self) -> set[int]:
        """The tasks that must happen before the target: all that lead to its milestone, or all
        when there is none.
        """
        if self.target_id is None:
            return set(self.tasks)
        into: dict[int, list[int]] = {}
        for link in self.links:
            into.setdefault(link.after, []).append(link.before)
        found, waiting = {self.target_id}, [self.target_id]
        while waiting:
            for key in into.get(waiting.pop(), ()):
                if key not in found:
                    found.add(key)
                    waiting.append(key)
        return found

    def critical(self) -> set[int]:
        """The tasks that decide the target date: of what leads to it, those with the least float;
        of what comes after, those with none.
        """
        ahead = self.before_target()
        floats = {key: self.network.slot(key).float for key in self.tasks}
        # The target stands where it was put: its own float says nothing of what leads to it.
        leading = ahead - {self.target_id}
        waiting = [floats[key] for key in leading if self.tasks[key].state != State.DONE]
        least = min(waiting, default=0)
        return {
            key
            for key, room in floats.items()
            if key == self.target_id or room <= (least if key in leading else min(0, least))
        }

    def reserve_minutes(self) -> int | None:
        """Working minutes between the last task before the target and the target; negative is
        late, None when there is nothing to do before it.
        """
        ends = [
            self.network.slot(key).finish for key in self.before_target() if key != self.target_id
        ]
        return self.target_minute - max(ends) if ends else None


def lay(
    timeline: Timeline,
    *,
    pins: Mapping[int, datetime | None] | None = None,
    as_of_at: datetime | None = None,
) -> Laid:
    """The plan as it follows from what is stored now, with other pins where given, or laid anew
    from `as_of_at`.

    Cancelled tasks and those in the trash have no place in it. Raises Cycle when links go round.
    """
    campaign = find(Campaign, timeline.campaign_id)
    times = times_of(timeline, campaign)
    tasks = {row.id: row for row in _tasks_of(timeline.campaign_id)}
    pinned = _pins_of(timeline.campaign_id) | dict(pins or {})
    links = tuple(
        link
        for link in _links_of(timeline.campaign_id)
        if link.before in tasks and link.after in tasks
    )
    now = clock.now()
    since = as_of_at or timeline.as_of_at
    as_of = times.minute_of(since) if since else 0
    target_id = _target_of(tasks.values(), pinned, campaign)
    # A milestone is there when its day begins; without one the whole day is still to be used.
    first_after = campaign.target_on + timedelta(days=0 if target_id else 1)
    target = times.minute_of(zones.day_start(first_after, campaign.zone))
    nodes = [
        _node(row, pinned.get(row.id), times, as_of, now, target if row.id == target_id else None)
        for row in tasks.values()
    ]
    return Laid(times, Network(nodes, links), tasks, pinned, links, target, target_id)


def times_of(timeline: Timeline, campaign: Campaign) -> WorkingTime:
    """The working time a plan is laid in: the team's, in the campaign's zone, without its days
    off.
    """
    return working_time(campaign.zone, timeline.starts_on, campaign_id=campaign.id)


def _node(
    row: Row[Any],
    pin: datetime | None,
    times: WorkingTime,
    as_of: int,
    now: datetime,
    wanted: int | None,
) -> Node:
    """A task as the network sees it; `wanted` is the minute the target's milestone is due at."""
    minutes = 0 if row.is_milestone else row.estimate_minutes
    due = _due_minute(times, row.due_on) if row.due_on else wanted
    if row.state == State.DONE and row.completed_at is not None:
        ended = times.minute_of(row.completed_at)
        began = times.minute_of(row.started_at) if row.started_at else ended - minutes
        return Node(row.id, max(0, ended - began), fixed=(min(began, ended), ended))
    if row.state in IN_HAND and row.started_at is not None:
        began = times.minute_of(row.started_at)
        ends = max(began + minutes, times.minute_of(now))
        return Node(row.id, ends - began, due=due, fixed=(began, ends))
    not_before = max(as_of, times.minute_of(pin)) if pin else (as_of or None)
    return Node(row.id, minutes, not_before=not_before, due=due)


def due_at(times: WorkingTime, day: date) -> datetime:
    """The end of a working day; of a day nobody works, the end of the last one before."""
    return times.finish_at(_due_minute(times, day))


def _due_minute(times: WorkingTime, day: date) -> int:
    return times.minute_of(zones.day_start(day + timedelta(days=1), times.zone))


def _target_of(
    tasks: Iterable[Row[Any]], pins: Mapping[int, datetime | None], campaign: Campaign
) -> int | None:
    """The milestone pinned on the target day, the first of several; None when there is none."""
    on_the_day = (
        row.id
        for row in tasks
        if row.is_milestone
        and (pin := pins.get(row.id)) is not None
        and zones.today(pin, campaign.zone) == campaign.target_on
    )
    return min(on_the_day, default=None)


def _tasks_of(campaign_id: int) -> list[Row[Any]]:
    query = select(*_TASKS).where(
        Task.team_id == current_team(),
        Task.campaign_id == campaign_id,
        Task.trashed_at.is_(None),
        Task.state != State.CANCELLED,
    )
    return list(execute(query.order_by(Task.id)).all())


def _pins_of(campaign_id: int) -> dict[int, datetime | None]:
    query = select(PlannedTask.task_id, PlannedTask.pinned_at).where(
        PlannedTask.team_id == current_team(), PlannedTask.campaign_id == campaign_id
    )
    return {row.task_id: row.pinned_at for row in execute(query)}


def _links_of(campaign_id: int) -> list[Link]:
    """Every link between tasks of a campaign, also of those that have no place in the plan now."""
    query = select(
        Dependency.waits_for_id, Dependency.task_id, Dependency.kind, Dependency.lag_minutes
    ).where(Dependency.team_id == current_team(), Dependency.campaign_id == campaign_id)
    return [
        Link(row.waits_for_id, row.task_id, row.kind, row.lag_minutes)
        for row in execute(query.order_by(Dependency.id))
    ]


@dataclass(frozen=True, slots=True)
class Moved:
    """A task whose dates a change moves."""

    task_id: int
    was_starts_at: datetime
    was_finishes_at: datetime
    starts_at: datetime
    finishes_at: datetime


def moved_by(timeline: Timeline, pins: Mapping[int, datetime | None]) -> tuple[list[Moved], Laid]:
    """What would move if tasks began on other days, in order of time, and the plan that would
    result; nothing is written.
    """
    laid = lay(timeline)
    after = lay(timeline, pins=pins)
    return moved_between(laid, after), after


def moved_by_recalculating(timeline: Timeline) -> tuple[list[Moved], Laid]:
    """What would move if the plan were laid anew from the present."""
    after = lay(timeline, as_of_at=clock.now())
    return moved_between(lay(timeline), after), after


def moved_between(before: Laid, after: Laid) -> list[Moved]:
    """The tasks that are elsewhere in another plan of the same tasks, in order of time."""
    moved = []
    for key in after.tasks:
        was = before.starts_at(key), before.finishes_at(key)
        now = after.starts_at(key), after.finishes_at(key)
        if was != now:
            moved.append(Moved(key, *was, *now))
    return sorted(moved, key=lambda one: (one.starts_at, one.task_id))
