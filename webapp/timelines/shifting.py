"""Which days move with a day that moves: the pins that a moved task, or a moved target, takes
along. Reads plans, writes nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from webapp.availability.working_time import WorkingTime
from webapp.core import zones
from webapp.timelines import planning
from webapp.timelines.inputs import FARTHEST
from webapp.timelines.models import Timeline
from webapp.timelines.planning import Laid
from webapp.timelines.workflow import State

Pins = dict[int, datetime | None]
#: What happens to the gaps behind a task that moves. consume: what follows moves only as its links
#: ask. maintain: days that were chosen for what follows move along, by as many working days.
#: ignore: what follows stays where it is, unless it would overlap.
Gaps = Literal["consume", "maintain", "ignore"]
ONE = timedelta(days=1)


def pins_of_move(
    timeline: Timeline, laid: Laid, task_id: int, pin: datetime | None, gaps: Gaps
) -> Pins:
    """The pins to set when a task begins at `pin` (None: as soon as it can)."""
    pins: Pins = {task_id: pin}
    if gaps == "consume" or task_id not in laid.tasks:
        return pins
    after = planning.lay(timeline, pins=pins)
    followers = _followers(laid, task_id)
    if gaps == "ignore":
        sooner = {key for key in followers if after.starts_at(key) < laid.starts_at(key)}
        return pins | {key: laid.starts_at(key) for key in sooner}
    zone = laid.times.zone
    was, now = (zones.today(one.starts_at(task_id), zone) for one in (laid, after))
    days = days_between(laid.times, was, now)
    chosen = {key: at for key in followers if (at := laid.pins.get(key)) and key != laid.target_id}
    return pins | {key: _shifted(laid.times, at, days) for key, at in chosen.items()}


def pins_of_plan(
    laid: Laid, days: int, now: datetime, target: tuple[date, date] | None = None
) -> Pins:
    """Every chosen day ahead of what has not begun, moved by so many working days. What stood on
    the old target day (the first of `target`) stands on the new one.
    """
    zone, pins = laid.times.zone, Pins()
    for key, task in laid.tasks.items():
        at = laid.pins.get(key)
        if at is None or at <= now or task.state != State.TO_DO:
            continue
        if target is not None and zones.today(at, zone) == target[0]:
            pins[key] = zones.day_start(target[1], zone)
        else:
            pins[key] = _shifted(laid.times, at, days)
    return {key: at for key, at in pins.items() if at != laid.pins[key]}


def days_between(times: WorkingTime, first: date, last: date) -> int:
    """Working days from one day on and before another; negative when the other is earlier."""
    if last < first:
        return -days_between(times, last, first)
    span = min((last - first).days, FARTHEST * 7)
    return sum(times.is_working(first + n * ONE) for n in range(span))


def days_after(times: WorkingTime, day: date, number: int) -> date:
    """The day so many working days later (sooner, when negative). From a day nobody works it may
    lead to one: a show on a Saturday moves a week to a Saturday.
    """
    step, at, left = (ONE if number > 0 else -ONE), day, abs(number)
    while left:
        left -= times.is_working(at if number > 0 else at - ONE)
        at += step
    if times.is_working(day):
        while not times.is_working(at):
            at += step
    elif number < 0:
        while not times.is_working(at - ONE):  # the first of the days that are as far away
            at -= ONE
    return at


def _shifted(times: WorkingTime, at: datetime, days: int) -> datetime:
    """The same time of day, so many working days later."""
    wall = zones.local(at, times.zone).replace(tzinfo=None)
    day = days_after(times, wall.date(), days)
    return zones.to_utc(datetime.combine(day, wall.time()), times.zone)


def _followers(laid: Laid, task_id: int) -> set[int]:
    """What waits for a task, directly or not, and has not begun."""
    out: dict[int, list[int]] = {}
    for link in laid.links:
        out.setdefault(link.before, []).append(link.after)
    found, waiting = set[int](), [task_id]
    while waiting:
        for key in out.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return {key for key in found if laid.tasks[key].state == State.TO_DO}


def in_json(pins: Mapping[int, datetime | None]) -> dict[str, str | None]:
    """Pins as a proposal keeps them."""
    return {str(key): at.isoformat() if at else None for key, at in pins.items()}
