"""What the planner is asked and what it answers, as plain numbers: who could do which task when.

Pure: everything comes from values that were read, and instants are whole UTC minutes since an
origin. What the search makes of it is `ml.scheduling`'s; `tasks.assignments` carries one to the
other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from webapp.availability.queries import Profile
from webapp.core.text import fold
from webapp.timelines.queries import Line
from webapp.timelines.workflow import State

#: How fast somebody is who says so of their skill: 1 learns it, 2 knows it, 3 is good at it.
SPEED = {1: 0.75, 2: 1.0, 3: 1.25}
#: A day has this many minutes by the clock.
CLOCK_DAY = 1440
#: What one minute late costs, by priority.
WEIGHTS = {"low": 1, "normal": 2, "high": 4, "urgent": 8}


@dataclass(frozen=True, slots=True)
class Ask:
    """One task to place. `person` is who it is kept with (None: anybody), `due` and `earliest` are
    minutes of the origin.
    """

    id: int
    minutes: int
    weight: int
    due: int | None
    earliest: int | None
    skills: tuple[str, ...]
    after: tuple[tuple[int, Literal["fs", "ss"], int], ...]
    person: int | None


@dataclass(frozen=True, slots=True)
class Worker:
    """One person: when they work, what they know and how well, what they do already."""

    id: int
    slots: tuple[tuple[int, int], ...]
    skills: Mapping[str, float]
    at_once: int
    busy: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the search needs. `unknown_skills` are words nobody of the team claims: they bind
    nobody and are said.
    """

    asks: tuple[Ask, ...]
    workers: tuple[Worker, ...]
    unknown_skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a campaign and its people when the planner is asked.

    `lines` are the campaign's, `others` those of every other campaign in the same time; `links`
    are rows of task_id, waits_for_id, kind, lag_minutes; `lag_scale` turns working minutes into
    minutes of the clock; `target` is when everything that leads to it has to be done; `until` is
    how far people's hours are known.
    """

    now: datetime
    lines: Sequence[Line]
    others: Sequence[Line]
    links: Sequence[Any]
    profiles: Sequence[Profile]
    slots: Mapping[int, Sequence[tuple[datetime, datetime]]]
    away: Mapping[int, Sequence[tuple[datetime, datetime]]]
    ahead_of_target: frozenset[int]
    target: datetime
    lag_scale: float
    until: datetime


def pose(facts: Facts, *, keep: bool) -> Problem:
    """The problem of a campaign: its tasks that are not begun, and everybody who works there.

    With `keep`, a task stays with its assignee unless they are away when it is planned, or work
    here no more.
    """
    movable = {line.id: line for line in facts.lines if _is_movable(facts, line)}
    known = {skill.key for person in facts.profiles for skill in person.skills}
    waits = _without_milestones(facts)
    asks = tuple(
        _ask(facts, line, waits.get(line.id, []), known, keep=keep) for line in movable.values()
    )
    wanted = {fold(word) for line in movable.values() for word in line.skills}
    workers = tuple(_worker(facts, person, movable) for person in facts.profiles)
    return Problem(asks, workers, tuple(sorted(wanted - known)))


def _is_movable(facts: Facts, line: Line) -> bool:
    """Not begun, and planned for a time of which it is known when people work."""
    if line.state != State.TO_DO or line.is_milestone or line.starts_at is None:
        return False
    return line.starts_at <= facts.until


def _ask(
    facts: Facts,
    line: Line,
    waits: list[tuple[int, Literal["fs", "ss"], int]],
    known: set[str],
    *,
    keep: bool,
) -> Ask:
    due = line.due_at or (facts.target if line.id in facts.ahead_of_target else None)
    pin = line.pinned_at
    here = {person.user_id for person in facts.profiles}
    stays = keep and line.assignee_id in here and not is_away(facts, line)
    return Ask(
        line.id,
        line.estimate_minutes,
        WEIGHTS[line.priority],
        _minute(facts, due) if due else None,
        max(0, _minute(facts, pin)) if pin else None,
        tuple(sorted({fold(word) for word in line.skills} & known)),
        tuple(waits),
        line.assignee_id if stays else None,
    )


def is_away(facts: Facts, line: Line) -> bool:
    """Whether the assignee is away at some time for which the task is planned."""
    if line.assignee_id is None or line.starts_at is None or line.finishes_at is None:
        return False
    return any(
        first < line.finishes_at and line.starts_at < last
        for first, last in facts.away.get(line.assignee_id, ())
    )


def _worker(facts: Facts, person: Profile, movable: Mapping[int, Line]) -> Worker:
    taken = [
        line
        for line in (*facts.lines, *facts.others)
        if line.assignee_id == person.user_id
        and line.id not in movable
        and line.is_open
        and not line.is_milestone
    ]
    busy = []
    for line in taken:
        if line.starts_at is None or line.finishes_at is None:
            continue
        first, last = _minute(facts, line.starts_at), _minute(facts, line.finishes_at)
        busy.append((max(0, first), _end(facts, line, first, last), line.id))
    return Worker(
        person.user_id,
        tuple(
            (max(0, _minute(facts, first)), _minute(facts, last))
            for first, last in facts.slots.get(person.user_id, ())
            if _minute(facts, last) > 0
        ),
        {skill.key: SPEED[skill.level] for skill in person.skills},
        person.max_concurrent,
        tuple(sorted(busy)),
    )


def _end(facts: Facts, line: Line, first: int, last: int) -> int:
    """Until when open work keeps somebody, in minutes of the origin. What should be over is not:
    what never began still takes all its time, what is in hand another day.
    """
    if last > 0:
        return last
    return last - first if line.state == State.TO_DO else CLOCK_DAY


def _without_milestones(facts: Facts) -> dict[int, list[tuple[int, Literal["fs", "ss"], int]]]:
    """What each movable task waits for, with milestones taken out: what waits for one waits for
    all that lead to it. What is done or begun binds nobody here.
    """
    lines = {line.id: line for line in facts.lines}
    into: dict[int, list[Any]] = {}
    for link in facts.links:
        into.setdefault(link.task_id, []).append(link)

    def behind(task_id: int, seen: frozenset[int]) -> list[tuple[int, Literal["fs", "ss"], int]]:
        found: list[tuple[int, Literal["fs", "ss"], int]] = []
        for link in into.get(task_id, ()):
            first = lines.get(link.waits_for_id)
            if first is None or first.id in seen:
                continue
            lag = round(link.lag_minutes * facts.lag_scale)
            if first.is_milestone:
                found += [
                    (key, kind, before + lag)
                    for key, kind, before in behind(first.id, seen | {first.id})
                ]
            elif _is_movable(facts, first):
                found.append((first.id, link.kind, lag))
        return found

    return {
        line.id: _strictest(behind(line.id, frozenset({line.id})))
        for line in facts.lines
        if _is_movable(facts, line)
    }


def _strictest(
    waits: Iterable[tuple[int, Literal["fs", "ss"], int]],
) -> list[tuple[int, Literal["fs", "ss"], int]]:
    """Each pair once, with the longest lag."""
    best: dict[tuple[int, Literal["fs", "ss"]], int] = {}
    for key, kind, lag in waits:
        best[key, kind] = max(lag, best.get((key, kind), lag))
    return [(key, kind, lag) for (key, kind), lag in best.items()]


def _minute(facts: Facts, instant: datetime) -> int:
    """Whole minutes from now."""
    return int((instant - facts.now).total_seconds() // 60)
