"""All work that is planned on a span of days, by one statement over all campaigns: the tasks and
milestones that are shown, how many there are, and what each person has to do.

What is planned is joined once and looked at four times: the join is what costs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from webapp.calendars.days import Days
from webapp.calendars.items import Found, Item, Kind
from webapp.calendars.work import DAY, MOST_READ, Whose, instant, planned
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import current_team, rows
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import OPEN, State

ZERO: Any = literal_column("0")
NOTHING: Any = literal_column("''")


@dataclass(frozen=True, slots=True)
class Planned:
    """Work of some days: the tasks and milestones shown of it, how many milestones and tasks there
    are and how many of them are done, and `loads` for `load.planned_minutes`, everybody's.
    """

    tasks: Found
    milestones: Found
    milestones_held: int
    milestones_reached: int
    tasks_held: int
    tasks_done: int
    loads: Sequence[Any]


def planned_on(days: Days, whose: Whose, most: int) -> Planned:
    """What is planned on these days, `most` tasks and milestones of each day. Two statements."""
    values: dict[str, Any] = {f"b{n}": at for n, at in enumerate(days.starts)}
    values |= {"team_id": current_team(), "begins": days.begins, "ends": days.ends, "most": most}
    values |= {"earliest": days.begins - DAY, "latest": days.ends + DAY, **whose.values}
    parts: dict[str, list[Any]] = {"task": [], "milestone": [], "load": [], "sum": []}
    for row in rows(_statement(len(days), whose.shape), values):
        parts[row.part].append(row)
    held = [(row, zones.today(row.finishes_at, row.zone)) for row in parts["milestone"]]
    held = sorted(
        ((row, on) for row, on in held if days.first <= on <= days.last),
        key=lambda one: (one[0].finishes_at, one[0].id),
    )
    milestones, shown = _limited(held, days, most)
    tasks = sorted(parts["task"], key=lambda row: (row.finishes_at, row.id))
    words = _words(row.id for row in (*tasks, *(row for row, _ in shown)))
    milestones.items = [_milestone(words[row.id], row, on) for row, on in shown if row.id in words]
    (sums,) = parts["sum"]
    return Planned(
        _tasks(tasks, words, len(days), most),
        milestones,
        len(held),
        sum(row.state == State.DONE for row, _ in held),
        int(sums.number),
        int(sums.done),
        [(row.id, row.starts_at, row.finishes_at, row.number) for row in parts["load"]],
    )


def _limited(
    held: Sequence[tuple[Any, date]], days: Days, most: int
) -> tuple[Found, list[tuple[Any, date]]]:
    """The milestones that are shown, and how many of each day are not."""
    found, shown, seen = Found(), [], [0] * len(days)
    for row, on in held:
        place = days.place_of(on)
        seen[place] += 1
        if seen[place] <= most:
            shown.append((row, on))
        else:
            found.left[place] += 1
    return found, shown


def _tasks(shown: Sequence[Any], words: dict[int, Row[Any]], number: int, most: int) -> Found:
    found = Found([_task(words[row.id], row) for row in shown if row.id in words])
    for row in shown:
        if row.number <= most:
            continue
        if row.day == number:
            found.spans_left = row.number - most
        else:
            found.left[row.day] = row.number - most
    return found


def _task(words: Row[Any], row: Any) -> Item:
    at = {"starts_at": row.starts_at, "ends_at": row.finishes_at}
    return replace(_item("task", words, row), due_on=words.due_on, **at)


def _milestone(words: Row[Any], row: Any, on: date) -> Item:
    return replace(_item("milestone", words, row), on=on)


def _item(kind: Kind, words: Row[Any], row: Any) -> Item:
    """Late is what is open past its due date, or past its planned end where it has none."""
    is_open = words.state in OPEN
    return Item(
        kind,
        words.id,
        words.title,
        words.campaign_id,
        words.campaign,
        words.zone,
        words.state,
        person_id=words.assignee_id,
        is_late=is_open and (words.due_at or row.finishes_at) < clock.now(),
        is_blocked=is_open and bool(words.blocked_reason),
    )


_TASK, _CAMPAIGN = Task.__table__, Campaign.__table__
_WORDS = (
    select(
        _TASK.c.id,
        _TASK.c.title,
        _TASK.c.campaign_id,
        _CAMPAIGN.c.name.label("campaign"),
        _CAMPAIGN.c.zone,
        _TASK.c.state,
        _TASK.c.assignee_id,
        _TASK.c.due_on,
        _TASK.c.due_at,
        _TASK.c.blocked_reason,
    )
    .join_from(
        _TASK,
        _CAMPAIGN,
        and_(_CAMPAIGN.c.team_id == _TASK.c.team_id, _CAMPAIGN.c.id == _TASK.c.campaign_id),
    )
    .where(
        _TASK.c.team_id == bindparam("team_id"), _TASK.c.id.in_(bindparam("ids", expanding=True))
    )
)


def _words(task_ids: Iterable[int]) -> dict[int, Row[Any]]:
    """What there is to say of the few tasks that are shown; one thrown away for good since is not
    in it.
    """
    ids = list(task_ids)
    found = rows(_WORDS, {"team_id": current_team(), "ids": ids}) if ids else []
    return {row.id: row for row in found}


@cache
def _statement(number: int, shape: tuple[bool, bool]) -> Any:
    """The four parts of what is planned on so many days."""
    columns = PlannedTask.task_id, PlannedTask.starts_at, PlannedTask.finishes_at
    query = planned(
        select(
            *columns,
            Task.state,
            Task.assignee_id,
            Task.campaign_id,
            Task.is_milestone,
            Campaign.zone,
        )
    )
    lies = PlannedTask.finishes_at >= instant("earliest"), PlannedTask.starts_at < instant("latest")
    work = query.where(*lies).cte("work")
    tasks = select(work).where(work.c.is_milestone.is_(False), _touches(work)).cte("tasks")
    return union_all(
        _shown(tasks, number, shape), _loads(tasks), _sums(work, shape), _milestones(work, shape)
    )


def _of(work: CTE, shape: tuple[bool, bool]) -> list[ColumnElement[bool]]:
    """Of one campaign, of one person, when the page asks for it."""
    of_campaign, of_person = shape
    asked = [work.c.campaign_id == bindparam("campaign_id")] if of_campaign else []
    return asked + ([work.c.assignee_id == bindparam("person_id")] if of_person else [])


def _touches(work: CTE) -> ColumnElement[bool]:
    """Planned to be worked on between two instants; what ended as they began is over."""
    begins, starts_at, finishes_at = instant("begins"), work.c.starts_at, work.c.finishes_at
    return and_(
        finishes_at >= begins,
        starts_at < instant("ends"),
        or_(finishes_at > begins, starts_at >= begins),
    )


def _part(
    name: str, key: Any, starts_at: Any, finishes_at: Any, *, day: Any = ZERO, number: Any = ZERO,
    done: Any = ZERO, zone: Any = NOTHING, state: Any = NOTHING,
) -> Select[Any]:  # fmt: skip
    """A part's rows; each part has the same columns and leaves out what it has no use for."""
    return select(
        literal_column(f"'{name}'").label("part"),
        key.label("id"),
        starts_at.label("starts_at"),
        finishes_at.label("finishes_at"),
        day.label("day"),
        number.label("number"),
        done.label("done"),
        zone.label("zone"),
        state.label("state"),
    )


def _shown(tasks: CTE, number: int, shape: tuple[bool, bool]) -> Select[Any]:
    """The tasks of each day, `most` of it; those over several days are a group of their own.
    `number` is how many the group has.
    """
    columns = tasks.c.task_id, tasks.c.starts_at, tasks.c.finishes_at
    inner = select(*columns, _group(tasks, number).label("grp")).where(*_of(tasks, shape))
    each = inner.subquery()
    order = (each.c.finishes_at, each.c.task_id)
    ranked = select(
        each,
        func.row_number().over(partition_by=each.c.grp, order_by=order).label("rank"),
        func.count().over(partition_by=each.c.grp).label("held"),
    ).subquery()
    at = ranked.c.starts_at, ranked.c.finishes_at
    part = _part("task", ranked.c.task_id, *at, day=ranked.c.grp, number=ranked.c.held)
    return part.where(ranked.c.rank <= bindparam("most"))


def _group(tasks: CTE, number: int) -> ColumnElement[int]:
    """The day a task begins and ends on; what goes on over several is in the group after them all.

    From the last day back: what has no length and lies at midnight belongs to the day it opens.
    """
    bounds = [instant(f"b{n}") for n in range(number + 1)]
    within: list[Any] = [
        (
            and_(tasks.c.starts_at >= bounds[n], tasks.c.finishes_at <= bounds[n + 1]),
            literal_column(str(n)),
        )
        for n in reversed(range(number))
    ]
    return case(*within, else_=literal_column(str(number)))


def _loads(tasks: CTE) -> Select[Any]:
    """How many tasks each person has at the same time; `id` is theirs."""
    each = tasks.c.assignee_id, tasks.c.starts_at, tasks.c.finishes_at
    part = _part("load", *each, number=func.count())
    return part.where(tasks.c.assignee_id.is_not(None)).group_by(*each)


def _sums(work: CTE, shape: tuple[bool, bool]) -> Select[Any]:
    """How many tasks are planned to end on these days, and are done."""
    done = func.coalesce(func.sum(case((work.c.state == State.DONE, 1), else_=0)), 0)
    part = _part("sum", null(), null(), null(), number=func.count(), done=done)
    return part.where(
        work.c.finishes_at > instant("begins"),
        work.c.finishes_at <= instant("ends"),
        work.c.is_milestone.is_(False),
        *_of(work, shape),
    )


def _milestones(work: CTE, shape: tuple[bool, bool]) -> Select[Any]:
    """Milestones of these days and the two beside them: whose they are, their zones say."""
    first = (
        select(work)
        .where(
            work.c.is_milestone,
            work.c.finishes_at >= instant("earliest"),
            work.c.finishes_at < instant("latest"),
            *_of(work, shape),
        )
        .order_by(work.c.finishes_at, work.c.task_id)
        .limit(MOST_READ)
        .subquery()
    )
    at = first.c.starts_at, first.c.finishes_at
    return _part("milestone", first.c.task_id, *at, zone=first.c.zone, state=first.c.state)
