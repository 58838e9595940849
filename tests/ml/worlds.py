"""Small made-up projects and teams for property tests."""

from hypothesis import strategies as st

from ml.scheduling.model import Busy, Kind, Link, Person, Task
from ml.scheduling.project import Project


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Up to 12 activities, some of no duration, on up to three resources."""
    count = draw(st.integers(1, 12))
    capacities = tuple(draw(st.lists(st.integers(1, 9), min_size=1, max_size=3)))
    return Project(
        durations=tuple(draw(st.integers(0, 6)) for _ in range(count)),
        demands=tuple(
            tuple(draw(st.integers(0, capacity)) for capacity in capacities) for _ in range(count)
        ),
        successors=tuple(
            tuple(sorted(draw(st.sets(st.integers(number + 1, count - 1), max_size=3))))
            if number + 1 < count
            else ()
            for number in range(count)
        ),
        capacities=capacities,
    )


@st.composite
def teams(draw: st.DrawFn) -> tuple[list[Task], list[Person]]:
    """Up to 10 tasks and four people with days of twenty minutes, few of them; no locked starts."""
    people = [draw(_person(number)) for number in range(draw(st.integers(1, 4)))]
    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 10))):
        on = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        tasks.append(
            Task(
                id=number,
                minutes=draw(st.integers(0, 25)),
                weight=draw(st.sampled_from((0.5, 1.0, 3.0))),
                due=draw(st.none() | st.integers(0, 300)),
                earliest=draw(st.none() | st.integers(0, 150)),
                skills=frozenset(draw(st.sets(st.sampled_from("ab"), max_size=2))),
                after=tuple(
                    Link(one, draw(st.sampled_from(Kind)), draw(st.integers(-10, 40)))
                    for one in sorted(on)
                ),
            )
        )
    return tasks, people


@st.composite
def _person(draw: st.DrawFn, number: int) -> Person:
    days = sorted(draw(st.sets(st.integers(0, 9), min_size=1)))
    opens = draw(st.integers(0, 20))
    return Person(
        id=100 + number,
        slots=tuple((day * 50 + opens, day * 50 + opens + 20) for day in days),
        skills=draw(st.dictionaries(st.sampled_from("ab"), st.sampled_from((0.5, 0.7, 1.0, 2.0)))),
        at_once=draw(st.integers(1, 3)),
        busy=tuple(
            Busy(start, start + draw(st.integers(1, 60)), task=900 + start)
            for start in draw(st.lists(st.integers(0, 300), max_size=2))
        ),
    )
