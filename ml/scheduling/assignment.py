"""Who does what, when: `ScheduleSearch().plan(tasks, people, now=...)` proposes a `Plan`.

The values that go in and come out are in `ml.scheduling.model`, all in UTC minutes. From a worker:

    people = [Person(id=7, slots=((540, 1020), (1980, 2460)), skills={"copy": 1.2}, at_once=2)]
    tasks = [
        Task(id=1, minutes=240, due=1020, weight=3, skills=frozenset({"copy"})),
        Task(id=2, minutes=60, after=(Link(on=1),)),
    ]
    plan = ScheduleSearch(seconds=1.0, random_state=campaign_id).plan(tasks, people, now=600)
    for placed in plan.placements: ...   # task, person, start, finish, reason, rivals
    for miss in plan.misses: ...         # task, how late, which constraint binds, its numbers
    for task, conflict in plan.conflicts: ...  # locks that contradict something
"""

from collections.abc import Sequence
from typing import Protocol

from ml.scheduling.model import Person, Plan, Task


class Planner(Protocol):
    """What a caller may count on; `ScheduleSearch(*, seconds=1.0, random_state=0)` is one."""

    def plan(self, tasks: Sequence[Task], people: Sequence[Person], *, now: int) -> Plan:
        """Nothing starts before `now`, except what is locked to an earlier start.

        Raises CycleError when tasks wait for each other, ValueError when an id is unknown or given
        twice, or a number makes no sense (negative minutes, level or `at_once` not above 0).
        """
        ...
