"""Checkers of schedules and plans that share nothing with the searches but their values."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from ml.scheduling.model import Kind, Person, Plan, Task
from ml.scheduling.project import Project


def complaints_about_schedule(project: Project, starts: Sequence[int]) -> list[str]:
    """What a schedule breaks: precedence, capacity in any period."""
    found = []
    used: Counter[tuple[int, int]] = Counter()
    for number, start in enumerate(starts):
        end = start + project.durations[number]
        found += [
            f"{later} begins before {number} ends"
            for later in project.successors[number]
            if starts[later] < end
        ]
        for period in range(start, end):
            for resource, demand in enumerate(project.demands[number]):
                used[period, resource] += demand
    found += [
        f"resource {resource} is over in {period}"
        for (period, resource), taken in used.items()
        if taken > project.capacities[resource]
    ]
    return found + [f"{number} begins before 0" for number, s in enumerate(starts) if s < 0]


def complaints_about_plan(
    tasks: Sequence[Task], people: Sequence[Person], plan: Plan, now: int
) -> list[str]:
    """What a plan without contradictory locks breaks: skills, hours, places, links, locks."""
    placed = {one.task: one for one in plan.placements}
    person_of = {person.id: person for person in people}
    missing = {miss.task for miss in plan.misses if miss.late is None}
    found = [] if missing == {t.id for t in tasks} - set(placed) else ["some task is not answered"]
    taken: Counter[tuple[int, int]] = Counter()
    for task in tasks:
        if (one := placed.get(task.id)) is None:
            continue
        person = person_of[one.person]
        levels = [Fraction(str(person.skills.get(skill, 0))) for skill in task.skills]
        if levels and min(levels) <= 0:
            found.append(f"{task.id}: {person.id} lacks a skill")
            continue
        if task.person not in (None, person.id) or task.start not in (None, one.start):
            found.append(f"{task.id}: a lock is broken")
        worked = [m for m in _working(person) if one.start <= m < one.finish]
        if len(worked) != ceil(task.minutes / min(levels, default=Fraction(1))):
            found.append(f"{task.id}: {len(worked)} minutes are not what it takes")
        if one.start < max(now, task.earliest or now) and task.start is None:
            found.append(f"{task.id} begins too soon")
        if one.late != max(0, one.finish - (one.finish if task.due is None else task.due)):
            found.append(f"{task.id} is late by another number")
        taken.update((person.id, minute) for minute in worked)
        for link in task.after:
            other = placed.get(link.on)
            if other is None:
                found.append(f"{task.id} is placed, but not {link.on}")
            elif one.start < link.lag + (
                other.start if link.kind is Kind.START_START else other.finish
            ):
                found.append(f"{task.id} does not wait for {link.on}")
    for person in people:
        for busy in person.busy:
            taken.update((person.id, m) for m in _working(person) if busy.start <= m < busy.finish)
    return found + _crowded(taken, people)


def _working(person: Person) -> list[int]:
    return [minute for first, last in person.slots for minute in range(first, last)]


def _crowded(taken: Counter[tuple[int, int]], people: Sequence[Person]) -> list[str]:
    """Minutes with more than somebody takes at once, but for what came busy already."""
    found = []
    for person in people:
        came = Counter(
            minute
            for busy in person.busy
            for minute in _working(person)
            if busy.start <= minute < busy.finish
        )
        found += [
            f"{person.id} has {count} at once at {minute}"
            for (who, minute), count in taken.items()
            if who == person.id and count > max(person.at_once, came[minute])
        ]
    return found
