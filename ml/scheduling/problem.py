"""Tasks and people as arrays: checked, in an order that respects the dependencies, locks in place.

The number of a task or a person here is their index in what the caller gave.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import NamedTuple

from ml.scheduling.hours import Hours, Lane
from ml.scheduling.model import Conflict, CycleError, Kind, Person, Task


class Option(NamedTuple):
    """A person who can do a task, and the working minutes it takes them."""

    person: int
    minutes: int
    level: float


class Spot(NamedTuple):
    """Where a task lies: on whom, in UTC minutes and on that person's working line."""

    person: int
    start: int
    finish: int
    lane: int
    first: int
    last: int


@dataclass(slots=True)
class Problem:
    """What the search works on. `lanes` hold what cannot be moved: busy stretches and locks.

    `before[i]` are the (task, is_start_start, lag) a task waits for, `behind[i]` those who wait
    for it; `topological` has every task after those it waits for.
    """

    tasks: Sequence[Task]
    people: Sequence[Person]
    now: int
    hours: list[Hours]
    options: list[list[Option]]
    before: list[list[tuple[int, bool, int]]]
    behind: list[list[tuple[int, bool, int]]]
    topological: list[int]
    release: list[int]
    lanes: list[list[Lane]] = field(default_factory=list)
    fixed: dict[int, Spot] = field(default_factory=dict)
    over_capacity: set[int] = field(default_factory=set)

    def movable(self) -> list[int]:
        """Tasks whose start is not locked, each after those it waits for."""
        return [index for index in self.topological if self.tasks[index].start is None]

    def unlocked(self, index: int) -> list[Option]:
        """Who could do a task if nobody were locked on it."""
        return _options(replace(self.tasks[index], person=None), self.people)

    def free_lanes(self) -> list[list[Lane]]:
        """A copy of the lanes to place movable tasks in."""
        copies = []
        for lanes in self.lanes:
            copies.append([Lane() for _ in lanes])
            for copy, lane in zip(copies[-1], lanes, strict=True):
                copy.firsts, copy.lasts = lane.firsts[:], lane.lasts[:]
        return copies

    def conflicts(self, spots: dict[int, Spot]) -> list[tuple[int, Conflict]]:
        """What the locks contradict, given where everything lies."""
        found = []
        for index, task in enumerate(self.tasks):
            if task.person is not None and self.options[index]:
                skills = self.people[self.options[index][0].person].skills
                if any(skills.get(skill, 0) <= 0 for skill in task.skills):
                    found.append((task.id, Conflict.SKILL))
            if index in self.over_capacity:
                found.append((task.id, Conflict.CAPACITY))
            if index in self.fixed and any(
                (spots[other].start if at_start else spots[other].finish) + lag
                > self.fixed[index].start
                for other, at_start, lag in self.before[index]
                if other in spots
            ):
                found.append((task.id, Conflict.DEPENDENCY))
        return found


def prepare(tasks: Sequence[Task], people: Sequence[Person], now: int) -> Problem:
    """Check the numbers, tie the dependencies, put busy stretches and locked starts in place."""
    _check(tasks, people)
    index_of = {task.id: index for index, task in enumerate(tasks)}
    before: list[list[tuple[int, bool, int]]] = []
    behind: list[list[tuple[int, bool, int]]] = [[] for _ in tasks]
    for index, task in enumerate(tasks):
        ties = [(index_of[link.on], link.kind is Kind.START_START, link.lag) for link in task.after]
        before.append(ties)
        for other, at_start, lag in ties:
            behind[other].append((index, at_start, lag))
    problem = Problem(
        tasks=tasks,
        people=people,
        now=now,
        hours=[Hours(person.slots) for person in people],
        options=[_options(task, people) for task in tasks],
        before=before,
        behind=behind,
        topological=_topological(tasks, before, behind),
        release=[now if task.earliest is None else max(now, task.earliest) for task in tasks],
    )
    _occupy(problem)
    return problem


def _check(tasks: Sequence[Task], people: Sequence[Person]) -> None:
    ids = {task.id for task in tasks}
    if len(ids) < len(tasks) or len({person.id for person in people}) < len(people):
        raise ValueError("an id is given twice")
    for task in tasks:
        if unknown := [link.on for link in task.after if link.on not in ids]:
            raise ValueError(f"task {task.id} waits for unknown tasks {unknown}")
        if task.minutes < 0 or task.weight < 0:
            raise ValueError(f"task {task.id} has negative minutes or weight")
    for person in people:
        if person.at_once < 1 or any(level <= 0 for level in person.skills.values()):
            raise ValueError(f"person {person.id} has a level or at_once that is not above 0")


def _options(task: Task, people: Sequence[Person]) -> list[Option]:
    """Who can do it, the fastest first; the locked person alone when there is a lock."""
    found = []
    for index, person in enumerate(people):
        levels = [person.skills.get(skill, 0.0) for skill in task.skills]
        level = min(levels, default=1.0)
        if task.person is not None:
            if person.id != task.person:
                continue
            level = level or 1.0
        if level > 0:
            # Rounded up, but not because 3 / 0.1 is a hair above 30.
            found.append(Option(index, ceil(task.minutes / level - 1e-9), level))
    return sorted(found, key=lambda option: (option.minutes, option.person))


def _topological(
    tasks: Sequence[Task],
    before: list[list[tuple[int, bool, int]]],
    behind: list[list[tuple[int, bool, int]]],
) -> list[int]:
    waits = [len(ties) for ties in before]
    ready = [index for index, count in enumerate(waits) if not count]
    for index in ready:
        for other, _, _ in behind[index]:
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    if len(ready) < len(tasks):
        raise CycleError(_cycle(tasks, before, {i for i, count in enumerate(waits) if count}))
    return ready


def _cycle(
    tasks: Sequence[Task], before: list[list[tuple[int, bool, int]]], stuck: set[int]
) -> tuple[int, ...]:
    """Walk back among what is stuck until a task comes a second time."""
    path = [min(stuck)]
    while (last := next(tie[0] for tie in before[path[-1]] if tie[0] in stuck)) not in path:
        path.append(last)
    path = [*path[path.index(last) :], last]
    return tuple(tasks[index].id for index in reversed(path))


def _occupy(problem: Problem) -> None:
    """Busy stretches, then locked starts in their order, into the lanes."""
    problem.lanes = [[Lane() for _ in range(person.at_once)] for person in problem.people]
    for index, person in enumerate(problem.people):
        hours = problem.hours[index]
        for busy in sorted(person.busy, key=lambda one: (one.start, one.finish)):
            first, last = hours.worked_before(busy.start), hours.worked_before(busy.finish)
            _block(problem.lanes[index], first, last)
    locked = [(task.start, i) for i, task in enumerate(problem.tasks) if task.start is not None]
    for start, index in sorted(locked):
        _fix(problem, index, start)


def _block(lanes: list[Lane], first: int, last: int) -> tuple[int, bool]:
    """Into a free lane, else over the lane that has the room soonest: its number, whether free."""
    fits = [lane.first_fit(first, last - first) for lane in lanes]
    chosen = min(range(len(lanes)), key=fits.__getitem__)
    lanes[chosen].block(first, last)
    return chosen, fits[chosen] == first


def _fix(problem: Problem, index: int, start: int) -> None:
    """Place a task with a locked start: on somebody free if there is one, the soonest done."""
    best: tuple[bool, int, Option] | None = None
    for option in problem.options[index]:
        hours = problem.hours[option.person]
        first = hours.worked_before(start)
        last = first + option.minutes
        if last > hours.total:
            continue
        lanes = problem.lanes[option.person]
        is_taken = all(lane.first_fit(first, option.minutes) != first for lane in lanes)
        finish = max(start, hours.finish_of(last)) if option.minutes else start
        if best is None or (is_taken, finish) < best[:2]:
            best = (is_taken, finish, option)
    if best is None:
        return
    is_taken, finish, option = best
    first = problem.hours[option.person].worked_before(start)
    lane, _ = _block(problem.lanes[option.person], first, first + option.minutes)
    if is_taken:
        problem.over_capacity.add(index)
    problem.fixed[index] = Spot(option.person, start, finish, lane, first, first + option.minutes)
