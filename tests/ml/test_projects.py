"""Project schedules hold, are never worse than the naive rule, and do not depend on luck."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.scheduling.genetic import ProjectSearch
from ml.scheduling.project import Packed, Project, read_psplib
from ml.scheduling.serial import backward, forward, generate
from tests.ml.checkers import complaints_about_schedule
from tests.ml.worlds import projects

CHAIN_AND_TWO = """\
************************************************************************
jobs (incl. supersource/sink ):  5
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          3           2   3   4
   2        1          1           5
   3        1          1           5
   4        1          1           5
   5        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       2    0
  3      1     4       2    1
  4      1     2       0    1
  5      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    3    1
************************************************************************
"""


@given(projects(), st.integers(0, 3))
def test_a_schedule_breaks_nothing_and_is_not_longer_than_the_naive_one(project, seed):
    found = ProjectSearch(evaluations=60, random_state=seed).schedule(project)

    assert complaints_about_schedule(project, found.starts) == []
    assert found.lower_bound <= found.makespan <= found.baseline
    ends = [s + d for s, d in zip(found.starts, project.durations, strict=True)]
    assert found.makespan == max(ends)


@given(projects(), st.randoms(use_true_random=False))
def test_justification_makes_no_schedule_longer(project, random):
    packed = Packed(project)
    noise = [random.random() for _ in range(packed.count)]
    order: list[int] = []
    while len(order) < packed.count:
        ready = [
            n
            for n in range(packed.count)
            if n not in order and all(p in order for p in packed.predecessors[n])
        ]
        order.append(min(ready, key=noise.__getitem__))

    first = generate(packed, order, packed.predecessors)
    late = backward(packed, first)
    again = forward(packed, late)

    assert max(again) <= max(late) <= max(first)


def test_the_same_seed_finds_the_same_schedule():
    project = crowded(seed=3)

    found = [ProjectSearch(evaluations=300, random_state=5).schedule(project) for _ in range(2)]

    assert found[0] == found[1]


def test_the_search_finds_what_the_naive_rule_does_not():
    better = [
        found.makespan < found.baseline
        for found in (ProjectSearch(evaluations=300).schedule(crowded(s)) for s in range(6))
    ]

    assert sum(better) >= 3


def test_the_search_ends_when_nothing_shorter_is_possible():
    project = Project((4, 4), ((1,), (1,)), ((1,), ()), (1,))

    found = ProjectSearch(seconds=60).schedule(project)

    assert (found.makespan, found.evaluations) == (8, 0)


def test_a_psplib_file_is_read():
    project = read_psplib(CHAIN_AND_TWO)

    assert project.durations == (0, 3, 4, 2, 0)
    assert project.demands[2] == (2, 1)
    assert project.successors[0] == (1, 2, 3)
    assert project.capacities == (3, 1)
    assert ProjectSearch(evaluations=50).schedule(project).makespan == 7


def test_a_project_without_activities_takes_no_time():
    assert ProjectSearch(evaluations=5).schedule(Project((), (), (), (1,))).makespan == 0


@pytest.mark.parametrize(
    ("project", "words"),
    [
        (((1,), ((2,),), ((),), (1,)), "more than there is"),
        (((1, 1), ((0,),), ((), ()), (1,)), "as many"),
        (((-1,), ((0,),), ((),), (1,)), "makes no sense"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(project, words):
    with pytest.raises(ValueError, match=words):
        Project(*project)


def test_activities_that_wait_for_each_other_are_refused():
    project = Project((1, 1), ((0,), (0,)), ((1,), (0,)), (1,))

    with pytest.raises(ValueError, match="wait for each other"):
        ProjectSearch(evaluations=1).schedule(project)


def crowded(seed: int) -> Project:
    """Thirty activities that need most of two resources."""
    random = Random(seed)
    count = 30
    return Project(
        durations=tuple(random.randint(1, 10) for _ in range(count)),
        demands=tuple((random.randint(1, 8), random.randint(0, 8)) for _ in range(count)),
        successors=tuple(
            tuple(random.sample(range(n + 1, min(count, n + 9)), min(2, count - n - 1)))
            for n in range(count)
        ),
        capacities=(12, 12),
    )
