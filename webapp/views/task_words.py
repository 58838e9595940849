"""A task's place in the plan, in words: when it happens, how much room it has, and what keeps it
from starting sooner.
"""

from dataclasses import dataclass
from datetime import date, datetime

from webapp.core import zones
from webapp.timelines import planning, queries
from webapp.timelines.planning import Laid
from webapp.timelines.queries import Line
from webapp.web.words import day

HOUR = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stands in its plan. `room` and `why` are sentences; `first_id` is the task that
    binds its start, where one does.
    """

    starts_at: datetime
    finishes_at: datetime
    room: str
    why: str
    first_id: int | None


def place_of(line: Line, zone: str, today: date) -> Place | None:
    """A task's place; None for what has none (in the trash, cancelled)."""
    timeline = queries.timeline_of(line.campaign_id)
    if timeline is None:
        return None
    laid = planning.lay(timeline)
    if line.id not in laid.tasks:
        return None
    binding = laid.network.why(line.id)
    first = binding.link.before if binding.link else None
    return Place(
        laid.starts_at(line.id),
        laid.finishes_at(line.id),
        _room(laid, line),
        _why(laid, line, zone, today),
        first,
    )


def _room(laid: Laid, line: Line) -> str:
    if line.is_done:
        return "It is done."
    room = laid.network.slot(line.id).float
    if room < 0:
        return f"Its dates are missed by {working(-room, laid.times.day_minutes)}."
    if line.is_critical and room == 0:
        return "None: if it is late, so is the end."
    words = f"{working(room, laid.times.day_minutes)} before it delays anything"
    return f"{words[0].upper()}{words[1:]}."


def _why(laid: Laid, line: Line, zone: str, today: date) -> str:
    binding = laid.network.why(line.id)
    if binding.rule == "fixed":
        return "It is done." if line.is_done else "It has begun."
    if binding.link is not None:
        first = queries.titles({binding.link.before}).get(binding.link.before, "a deleted task")
        verb = "is finished" if binding.link.kind == "fs" else "has started"
        return f"“{first}” {verb}{lag(binding.link.lag, laid.times.day_minutes)}."
    if binding.rule == "not_before" and line.pinned_at is not None:
        return f"Somebody set its first day to {day(zones.today(line.pinned_at, zone), today)}."
    if binding.rule == "not_before":
        return "The plan was laid anew: nothing that had not begun starts before that."
    return "It waits for nothing: it starts with the campaign's work."


def lag(minutes: int, day_minutes: int) -> str:
    """How long after, in words that follow “is finished”; '' at once.

    >>> lag(0, 480), lag(960, 480), lag(-240, 480)
    ('', ', and 2 working days later', ', less 4 working hours')
    """
    if not minutes:
        return ""
    words = working(abs(minutes), day_minutes)
    return f", and {words} later" if minutes > 0 else f", less {words}"


def working(minutes: int, day_minutes: int) -> str:
    """Working time in whole days where it is that, else in hours and minutes.

    >>> working(960, 480), working(480, 480), working(90, 480), working(60, 480), working(0, 480)
    ('2 working days', '1 working day', '1 h 30 min of work', '1 working hour', 'no time')
    """
    if minutes == 0:
        return "no time"
    if minutes % day_minutes == 0:
        return _many(minutes // day_minutes, "working day")
    hours, rest = divmod(minutes, HOUR)
    if minutes > day_minutes:
        return f"{minutes / day_minutes:.1f} working days"
    if not rest:
        return _many(hours, "working hour")
    return f"{hours} h {rest} min of work" if hours else f"{rest} min of work"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
