"""Plans hold, are never worse than greedy, keep what is locked, and refuse what makes no sense."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.scheduling.assignment import RULES, ScheduleSearch, place_by
from ml.scheduling.instances import team_and_tasks
from ml.scheduling.model import Busy, Conflict, CycleError, Kind, Link, Person, Plan, Task
from ml.scheduling.placing import Desk, Revision
from ml.scheduling.problem import prepare
from tests.ml.checkers import complaints_about_plan
from tests.ml.worlds import teams

DAY = ((0, 100),)


def planned(tasks: list[Task], people: list[Person], now: int = 0) -> Plan:
    return ScheduleSearch(evaluations=40, random_state=1).plan(tasks, people, now=now)


@given(teams(), st.integers(0, 120))
def test_a_plan_breaks_nothing_and_is_not_worse_than_greedy(team, now):
    tasks, people = team

    plan = planned(tasks, people, now)

    assert complaints_about_plan(tasks, people, plan, now) == []
    assert plan.score <= plan.greedy
    assert plan.conflicts == ()


@given(teams())
def test_the_score_is_what_the_placements_add_up_to(team):
    tasks, people = team

    plan = planned(tasks, people)

    weights = {task.id: task.weight for task in tasks}
    assert plan.score.tardiness == pytest.approx(
        sum(weights[one.task] * one.late for one in plan.placements)
    )
    assert plan.score.makespan == max((one.finish for one in plan.placements), default=0)
    assert {m.task for m in plan.misses if m.late} == {p.task for p in plan.placements if p.late}


@given(teams(), st.integers(0, 10**6))
def test_a_revised_plan_is_the_plan_placed_anew_and_undone_the_plan_before(team, seed):
    tasks, people = team
    random = Random(seed)
    problem = prepare(tasks, people, 0)
    desk = place_by(problem, "greedy")
    for _ in range(12):
        index = random.choice(desk.order)
        if random.random() < 0.5 and problem.options[index]:
            order, low = desk.order, desk.position[index]
            forced = random.choice([None, *problem.options[index]])
        else:
            order, low, forced = moved(desk, index, random), 0, desk.forced[index]
        was, before = desk.forced[index], all_of(desk)
        desk.forced[index] = forced
        revision = Revision(desk, index, low, order)
        if revision.run(limit=float("inf")) and random.random() < 0.6:
            revision.keep()
        else:
            revision.undo()
            desk.forced[index] = was
            assert all_of(desk) == before

        assert all_of(desk)[0] == anew(desk)


def moved(desk: Desk, index: int, random: Random) -> list[int]:
    """The order with one task elsewhere, where its dependencies allow."""
    order = [one for one in desk.order if one != index]
    before = {tie[0] for tie in desk.problem.before[index]}
    behind = {tie[0] for tie in desk.problem.behind[index]}
    low = max((order.index(one) + 1 for one in before), default=0)
    high = min((order.index(one) for one in behind), default=len(order))
    order.insert(random.randint(low, high), index)
    return order


def all_of(desk: Desk) -> tuple[object, ...]:
    """When everything is done by whom, and everything else on the desk."""
    spots = [None if s is None else (s.person, s.start, s.finish) for s in desk.spots]
    lanes = [[(lane.firsts[:], lane.lasts[:]) for lane in person] for person in desk.lanes]
    return spots, lanes, desk.costs[:], desk.start[:], desk.finish[:], [set(o) for o in desk.on]


def anew(desk: Desk) -> list[tuple[int, int, int] | None]:
    fresh = Desk(desk.problem, [])
    for index in desk.order:
        forced = desk.forced[index]
        options = fresh.problem.options[index] if forced is None else [forced]
        fresh.put(index, fresh.best(index, options, fresh.ready(index), None))
    return [None if s is None else (s.person, s.start, s.finish) for s in fresh.spots]


def test_the_search_makes_much_less_late_than_greedy():
    tasks, people = team_and_tasks(2)

    plan = ScheduleSearch(seconds=60, patience=None, evaluations=400).plan(tasks, people, now=0)

    assert plan.score.tardiness < 0.7 * plan.greedy.tardiness
    assert complaints_about_plan(tasks, people, plan, 0) == []


def test_the_same_seed_makes_the_same_plan():
    tasks, people = team_and_tasks(6)

    plans = [
        ScheduleSearch(seconds=60, patience=None, evaluations=80, random_state=4).plan(
            tasks, people, now=0
        )
        for _ in range(2)
    ]

    assert plans[0] == plans[1]


def test_every_rule_makes_a_plan_that_holds():
    problem = prepare(*team_and_tasks(6), 0)

    assert all(len(place_by(problem, rule).order) == len(problem.tasks) for rule in RULES)


def test_work_goes_on_the_next_day_where_the_first_ends():
    (one,) = planned([Task(1, minutes=30)], [Person(7, ((0, 20), (100, 120)))]).placements

    assert (one.start, one.finish, one.minutes) == (0, 110, 30)


def test_a_better_person_is_faster_and_the_lowest_level_counts():
    person = Person(7, DAY, {"copy": 2.0, "web": 0.5})
    tasks = [
        Task(1, minutes=30, skills=frozenset({"copy"})),
        Task(2, minutes=10, skills=frozenset({"copy", "web"})),
    ]

    assert [one.minutes for one in planned(tasks, [person]).placements] == [15, 20]


def test_as_many_tasks_run_beside_each_other_as_somebody_takes_at_once():
    tasks = [Task(number, minutes=30) for number in range(3)]

    plan = planned(tasks, [Person(7, DAY, at_once=2)])

    assert sorted(one.start for one in plan.placements) == [0, 0, 30]


def test_what_is_already_on_somebody_stays_there():
    person = Person(7, DAY, busy=(Busy(10, 40),))

    plan = planned([Task(1, minutes=20), Task(2, minutes=10)], [person])

    assert {(one.task, one.start) for one in plan.placements} == {(1, 40), (2, 0)}


def test_a_negative_lag_lets_work_overlap():
    tasks = [Task(1, minutes=30), Task(2, minutes=10, after=(Link(1, lag=-20),))]

    plan = planned(tasks, [Person(7, DAY), Person(8, DAY)])

    assert [(one.start, one.finish) for one in plan.placements] == [(0, 30), (10, 20)]


def test_a_start_start_link_waits_for_the_start():
    tasks = [Task(1, minutes=30), Task(2, minutes=10, after=(Link(1, Kind.START_START, 5),))]

    plan = planned(tasks, [Person(7, DAY), Person(8, DAY)])

    assert [one.start for one in plan.placements] == [0, 5]


def test_locks_are_kept_and_others_plan_around_them():
    people = [Person(7, DAY), Person(8, DAY)]
    tasks = [
        Task(1, minutes=30, person=8, due=30),
        Task(2, minutes=30, start=20, person=7),
        Task(3, minutes=60),
    ]

    plan = planned(tasks, people)

    assert [(one.task, one.person, one.start) for one in plan.placements] == [
        (1, 8, 0),
        (2, 7, 20),
        (3, 8, 30),
    ]
    assert complaints_about_plan(tasks, people, plan, 0) == []


def test_a_locked_start_falls_to_somebody_free():
    people = [Person(7, DAY, busy=(Busy(0, 50),)), Person(8, DAY)]

    (one,) = planned([Task(1, minutes=30, start=10)], people).placements

    assert (one.person, one.start, one.finish) == (8, 10, 40)


def test_contradictory_locks_are_kept_and_named():
    people = [Person(7, DAY, {"copy": 1.0}, busy=(Busy(0, 50),))]
    tasks = [
        Task(1, minutes=10, person=7, skills=frozenset({"web"})),
        Task(2, minutes=10, person=7, start=10),
        Task(3, minutes=10, start=60, after=(Link(1),)),
    ]

    plan = planned([*tasks, Task(4, minutes=10, start=0, after=(Link(1),))], people)

    assert {one.task: one.start for one in plan.placements} == {1: 50, 2: 10, 3: 60, 4: 0}
    assert set(plan.conflicts) == {
        (1, Conflict.SKILL),
        (2, Conflict.CAPACITY),
        (4, Conflict.CAPACITY),
        (4, Conflict.DEPENDENCY),
    }


def test_work_before_a_lock_that_waits_for_it_comes_first():
    tasks = [
        Task(1, minutes=30, due=90, weight=1),
        Task(2, minutes=30, weight=1),
        Task(3, minutes=10, start=30, after=(Link(2),)),
    ]

    plan = planned(tasks, [Person(7, DAY, busy=(Busy(30, 40),)), Person(8, ((30, 100),))])

    assert plan.conflicts == ()


def test_a_cycle_is_named():
    tasks = [
        Task(1, 5),
        Task(2, 5, after=(Link(4), Link(1))),
        Task(3, 5, after=(Link(2),)),
        Task(4, 5, after=(Link(3),)),
        Task(5, 5, after=(Link(4),)),
    ]

    with pytest.raises(CycleError, match="2 -> 3 -> 4 -> 2") as refusal:
        planned(tasks, [])

    assert refusal.value.cycle == (2, 3, 4, 2)


@pytest.mark.parametrize(
    ("tasks", "people", "words"),
    [
        ([Task(1, 5), Task(1, 5)], [], "twice"),
        ([Task(1, 5)], [Person(7, DAY), Person(7, DAY)], "twice"),
        ([Task(1, 5, after=(Link(9),))], [], "unknown"),
        ([Task(1, -5)], [], "negative"),
        ([Task(1, 5)], [Person(7, DAY, at_once=0)], "at_once"),
        ([Task(1, 5)], [Person(7, DAY, {"copy": 0.0})], "level"),
        ([Task(1, 5)], [Person(7, ((10, 20), (15, 30)))], "sorted"),
    ],
)
def test_what_makes_no_sense_is_refused(tasks, people, words):
    with pytest.raises(ValueError, match=words):
        planned(tasks, people)
