"""Made-up teams and plans to judge the search by: campaigns of tasks, people in many zones."""

from dataclasses import replace
from random import Random

from ml.scheduling.model import Busy, Kind, Link, Person, Slot, Task

DAY, WEEK = 1440, 7 * 1440
SKILLS = ("copy", "design", "media", "data", "press", "video", "web")


def team_and_tasks(seed: int) -> tuple[list[Task], list[Person]]:
    """40 to 200 tasks in some campaigns and 5 to 12 people, minute 0 being a Monday's midnight.

    >>> tasks, people = team_and_tasks(0)
    >>> len(tasks), len(people)
    (175, 11)
    """
    random = Random(seed)
    people = [_person(number, random, weeks=26) for number in range(random.randint(5, 12))]
    tasks: list[Task] = []
    wanted = random.randint(40, 200)
    held = sorted({skill for person in people for skill in person.skills})
    while len(tasks) < wanted:
        tasks += _campaign(
            len(tasks), min(random.randint(6, 24), wanted - len(tasks)), held, random
        )
    return _due(tasks, people, random), people


def _person(number: int, random: Random, weeks: int) -> Person:
    zone = random.choice((-480, -300, 0, 60, 60, 120, 330, 540))
    opens = random.choice((480, 540, 600)) - zone
    length = random.choice((360, 480, 480))
    days = random.choice(((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), (0, 1, 2, 3), (1, 2, 3, 4, 5)))
    away = [random.randrange(0, 40) for _ in range(random.randrange(3))]
    slots: list[Slot] = []
    for day in range(7 * weeks):
        if day % 7 in days and not any(first <= day < first + 4 for first in away):
            begins = day * DAY + opens
            slots += [
                (begins, begins + length // 2),
                (begins + length // 2 + 60, begins + length + 60),
            ]
    skills = {
        skill: random.choice((0.7, 0.8, 1.0, 1.0, 1.25, 1.5))
        for skill in random.sample(SKILLS, random.randint(2, 4))
    }
    busy = [
        Busy(first, first + random.randint(120, 2 * DAY), task=10_000 + 100 * number + index)
        for index, first in enumerate(random.sample(range(0, 2 * WEEK, 60), random.randrange(3)))
    ]
    at_once = random.choice((1, 1, 2, 2, 3))
    return Person(number, tuple(slots), skills, at_once, tuple(busy))


def _campaign(first: int, count: int, held: list[str], random: Random) -> list[Task]:
    """Tasks that wait for up to two of the six before them."""
    begins = random.randrange(0, WEEK) if random.random() < 0.7 else None
    tasks = []
    for number in range(first, first + count):
        earlier = range(max(first, number - 6), number)
        links = []
        for on in random.sample(earlier, min(len(earlier), random.choice((0, 1, 1, 1, 2)))):
            if random.random() < 0.85:
                links.append(Link(on, lag=random.choice((0, 0, 0, 0, 240, DAY, -60))))
            else:
                links.append(Link(on, Kind.START_START, random.choice((0, 60, 480))))
        tasks.append(
            Task(
                id=number,
                minutes=random.choice((30, 60, 120, 120, 240, 240, 480, 720, 960)),
                weight=float(random.choice((1, 1, 2, 3, 5))),
                earliest=begins,
                skills=frozenset(random.sample(held, random.choice((0, 1, 1, 1, 1)))),
                after=tuple(links),
            )
        )
    return tasks


def _due(tasks: list[Task], people: list[Person], random: Random) -> list[Task]:
    """Due dates a team could just about keep if it did everything in the right order.

    Working minutes become minutes by the clock as in five days of eight hours; a task is due where
    it lies on its chain, stretched to the time the whole team needs for its share of the work.
    """
    by_the_clock = WEEK / (5 * 480)
    weekly = sum(
        person.at_once * sum(last - first for first, last in person.slots) for person in people
    ) / (26 * WEEK)
    whole = sum(task.minutes for task in tasks) / weekly
    ends: dict[int, float] = {}
    for task in tasks:
        waits = [ends[link.on] + link.lag for link in task.after if link.kind is Kind.FINISH_START]
        ends[task.id] = max(waits, default=0.0) + task.minutes * by_the_clock
    longest = max(ends.values())
    stretch = max(1.2, whole / longest)
    dated = []
    for task in tasks:
        due = None
        if random.random() < 0.75:
            room = ends[task.id] * stretch * random.uniform(0.8, 1.6) + DAY
            due = int((task.earliest or 0) + room)
        dated.append(replace(task, due=due))
    return dated
