"""A plan says why each person was chosen, and which constraint makes a task late."""

from ml.scheduling.assignment import ScheduleSearch
from ml.scheduling.model import Binding, Busy, Link, Miss, Person, Plan, Reason, Task

DAY = ((0, 100), (200, 300))
COPY = frozenset({"copy"})


def planned(tasks: list[Task], people: list[Person]) -> Plan:
    return ScheduleSearch(evaluations=100).plan(tasks, people, now=0)


def miss(tasks: list[Task], people: list[Person], task: int) -> Miss:
    (found,) = [one for one in planned(tasks, people).misses if one.task == task]
    return found


def test_the_soonest_is_chosen_and_the_others_are_named_soonest_first():
    people = [
        Person(7, DAY, {"copy": 0.5}),
        Person(8, DAY, {"copy": 1.0}),
        Person(9, DAY, {"copy": 0.25}),
        Person(6, DAY, {"web": 1.0}),
    ]

    (one,) = planned([Task(1, 20, skills=COPY)], people).placements

    assert (one.person, one.reason, one.level, one.finish) == (8, Reason.EARLIEST, 1.0, 20)
    assert [(r.person, r.level, r.finish) for r in one.rivals] == [(7, 0.5, 40), (9, 0.25, 80)]


def test_the_only_one_who_could_is_said_to_be():
    people = [Person(7, DAY, {"copy": 1.0}), Person(8, ((0, 5),), {"copy": 1.0})]

    (one,) = planned([Task(1, 20, skills=COPY)], people).placements

    assert (one.person, one.reason) == (7, Reason.ONLY_ONE)
    assert [(r.person, r.finish) for r in one.rivals] == [(8, None)]


def test_a_locked_person_is_said_to_be():
    (one,) = planned([Task(1, 20, person=8)], [Person(7, DAY), Person(8, DAY)]).placements

    assert (one.person, one.reason) == (8, Reason.LOCKED)


def test_somebody_slower_is_chosen_for_load_when_nothing_ends_later_for_it():
    people = [Person(7, DAY, at_once=2), Person(8, ((5, 100), (200, 300)))]
    tasks = [Task(1, 90, person=7), Task(2, 20)]

    chosen = planned(tasks, people).placements[1]

    assert (chosen.person, chosen.reason) == (8, Reason.LOAD)
    assert chosen.rivals[0].finish < chosen.finish
    assert chosen.rivals[0].load > chosen.load


def test_a_skill_nobody_has():
    found = miss([Task(1, 20, skills=frozenset({"copy", "web"}))], [Person(7, DAY, {"copy": 1})], 1)

    assert (found.binds, found.late, found.skills) == (Binding.NO_SKILL, None, ("web",))


def test_skills_nobody_has_together():
    people = [Person(7, DAY, {"copy": 1}), Person(8, DAY, {"web": 1})]

    found = miss([Task(1, 20, skills=frozenset({"copy", "web"}))], people, 1)

    assert (found.binds, found.skills) == (Binding.NO_SKILL, ("copy", "web"))


def test_nobody_works_enough_before_it_is_due():
    found = miss([Task(1, 120, due=190)], [Person(7, DAY)], 1)

    assert (found.binds, found.late) == (Binding.AVAILABILITY, 30)
    assert (found.needed, found.available, found.possible) == (120, 100, 220)


def test_nobody_is_there_long_enough_at_all():
    found = miss([Task(1, 500)], [Person(7, DAY)], 1)

    assert (found.binds, found.late) == (Binding.AVAILABILITY, None)
    assert (found.needed, found.available, found.possible) == (500, 200, None)


def test_a_due_date_shorter_than_the_task():
    found = miss([Task(1, 50, due=30)], [Person(7, DAY)], 1)

    assert (found.binds, found.chain, found.possible) == (Binding.DEADLINE, (1,), 50)


def test_a_due_date_shorter_than_the_chain():
    tasks = [Task(1, 30), Task(2, 10), Task(3, 30, due=50, after=(Link(1), Link(2)))]

    found = miss(tasks, [Person(7, DAY), Person(8, DAY)], 3)

    assert (found.binds, found.chain, found.possible) == (Binding.DEADLINE, (1, 3), 60)


def test_a_predecessor_that_ends_too_late():
    people = [Person(7, DAY, {"copy": 1}, busy=(Busy(0, 40),)), Person(8, DAY)]
    tasks = [Task(1, 30, skills=COPY), Task(2, 30, due=90, after=(Link(1),))]

    found = miss(tasks, people, 2)

    assert (found.binds, found.chain, found.possible) == (Binding.DEPENDENCY, (1,), 100)


def test_a_predecessor_without_a_place():
    tasks = [Task(1, 30, skills=COPY), Task(2, 30, after=(Link(1),))]

    found = miss(tasks, [Person(7, DAY)], 2)

    assert (found.binds, found.late, found.chain) == (Binding.DEPENDENCY, None, (1,))


def test_everyone_is_busy_and_with_what():
    people = [Person(7, DAY, {"copy": 1}, busy=(Busy(0, 60, task=77),)), Person(8, DAY)]
    tasks = [Task(1, 30, due=50, weight=1, skills=COPY)]

    found = miss(tasks, people, 1)

    assert (found.binds, found.late, found.possible) == (Binding.CAPACITY, 40, 30)
    assert found.busy == ((7, 77),)


def test_heavier_work_is_named_as_what_somebody_is_busy_with():
    tasks = [Task(1, 60, due=60, weight=9), Task(2, 60, due=60, weight=1)]

    found = miss(tasks, [Person(7, DAY)], 2)

    assert (found.binds, found.busy) == (Binding.CAPACITY, ((7, 1),))


def test_a_locked_person_is_what_makes_it_late_when_others_were_free():
    people = [Person(7, DAY, busy=(Busy(0, 60, task=77),)), Person(8, DAY)]

    found = miss([Task(1, 30, due=50, person=7)], people, 1)

    assert (found.binds, found.possible, found.busy) == (Binding.LOCK, 30, ((7, 77),))


def test_a_locked_start_is_what_makes_it_late():
    found = miss([Task(1, 30, due=50, start=40)], [Person(7, DAY)], 1)

    assert (found.binds, found.late) == (Binding.LOCK, 20)


def test_a_task_of_somebody_who_left_has_no_place_and_says_so():
    found = miss([Task(1, 30, person=99)], [Person(7, DAY)], 1)

    assert (found.binds, found.late) == (Binding.LOCK, None)
