"""How much work is planned on a span of days: what was to be done and is, and the minutes of each
person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import case, func, select

from webapp.calendars.days import Days
from webapp.calendars.work import TOUCHES, Whose, instant, planned
from webapp.db import current_team, execute
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import State


@dataclass(frozen=True, slots=True)
class Sums:
    """Tasks planned to end in a span of days, and how many of them are done."""

    planned: int
    done: int


@cache
def _sums(shape: tuple[bool, bool]) -> Any:
    done = func.coalesce(func.sum(case((Task.state == State.DONE, 1), else_=0)), 0)
    moment = PlannedTask.finishes_at
    return planned(select(func.count(), done), shape).where(
        moment > instant("begins"), moment <= instant("ends"), Task.is_milestone.is_(False)
    )


def sums(days: Days, whose: Whose) -> Sums:
    """How much was to be done on these days, and was."""
    values = {"team_id": current_team(), "begins": days.begins, "ends": days.ends, **whose.values}
    row = execute(_sums(whose.shape), values).one()
    return Sums(int(row[0]), int(row[1]))


_LOADS = (
    planned(select(Task.assignee_id, PlannedTask.starts_at, PlannedTask.finishes_at, func.count()))
    .where(TOUCHES, Task.is_milestone.is_(False), Task.assignee_id.is_not(None))
    .group_by(Task.assignee_id, PlannedTask.starts_at, PlannedTask.finishes_at)
)


def planned_minutes(
    days: Days, open_times: Sequence[tuple[datetime, datetime]]
) -> dict[int, list[int]]:
    """How many minutes of work are planned for each person on each day: of every task theirs, what
    lies in the team's working time (`open_times`, sorted).
    """
    per_slot = [days.minutes(starts_at, ends_at) for starts_at, ends_at in open_times]
    found: dict[int, list[int]] = {}
    values = {"team_id": current_team(), "begins": days.begins, "ends": days.ends}
    for person_id, starts_at, finishes_at, number in execute(_LOADS, values):
        sums = found.setdefault(person_id, [0] * len(days))
        for slot, (opens, closes) in enumerate(open_times):
            if opens >= finishes_at:
                break
            if closes <= starts_at:
                continue
            whole = starts_at <= opens and finishes_at >= closes
            minutes = (
                per_slot[slot]
                if whole
                else days.minutes(max(opens, starts_at), min(closes, finishes_at))
            )
            for place, one in enumerate(minutes):
                sums[place] += number * one
    return found
