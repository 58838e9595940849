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

Slots should reach well beyond the last due date: what does not fit into them has no place.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from random import Random

from ml.scheduling.annealing import Annealing
from ml.scheduling.budget import Budget
from ml.scheduling.explain import Explanation
from ml.scheduling.model import Person, Plan, Task
from ml.scheduling.placing import NEVER, Desk, Order
from ml.scheduling.problem import Problem, prepare

Key = tuple[float, ...]


class ScheduleSearch:
    """Assign and order tasks so that little is late, then all is done soon, then load is even.

    The greedy plan places tasks by slack and weight, each on whoever finishes it soonest. The
    search begins with the best of the plans the `RULES` make, changes the order and the people by
    simulated annealing, and at last moves what can be done sooner at no cost. It can be worse than
    greedy in nothing that `Score` compares, because it keeps the best plan it saw.

    Not an exact method: it proves nothing about what it could not improve. A person's parallel
    tasks do not slow each other down; that is what `at_once` says.

    Parameters
    ----------
    seconds : float, default=1.0
        Processor time for the search; reading the input and explaining the plan come on top.
    patience : float or None, default=1.5
        By the clock it may take this many times `seconds` on a busy machine; None: any time.
    random_state : int, default=0
    evaluations : int, optional
        End after so many tries, for plans that do not depend on the machine.

    Examples
    --------
    >>> day = ((540, 1020),)  # nine to five, in minutes
    >>> people = [Person(1, day, {"copy": 1.0}), Person(2, day, {"copy": 2.0, "design": 1.0})]
    >>> tasks = [
    ...     Task(10, minutes=240, due=800, skills=frozenset({"copy"})),
    ...     Task(11, minutes=240, due=800, skills=frozenset({"design"})),
    ... ]
    >>> plan = ScheduleSearch(evaluations=50).plan(tasks, people, now=0)
    >>> [(p.task, p.person, p.start, p.finish, p.reason.value) for p in plan.placements]
    [(10, 1, 540, 780, 'earliest'), (11, 2, 540, 780, 'only_one')]
    >>> plan.score.tardiness, plan.misses
    (0.0, ())
    """

    def __init__(
        self,
        *,
        seconds: float = 1.0,
        patience: float | None = 1.5,
        random_state: int = 0,
        evaluations: int | None = None,
    ) -> None:
        self.seconds = seconds
        self.patience = patience
        self.random_state = random_state
        self.evaluations = evaluations

    def plan(self, tasks: Sequence[Task], people: Sequence[Person], *, now: int) -> Plan:
        """Nothing starts before `now`, except what is locked to an earlier start.

        Raises CycleError when tasks wait for each other, ValueError when an id is unknown or given
        twice, or a number makes no sense (negative minutes, level or `at_once` not above 0).
        """
        budget = Budget(self.seconds, evaluations=self.evaluations, patience=self.patience)
        problem = prepare(tasks, people, now)
        desks = {name: place_by(problem, name) for name in RULES}
        first = min(desks.values(), key=Desk.score)
        annealing = Annealing(problem, first.order, Random(self.random_state))
        annealing.run(budget)
        desk = Desk.holding(problem, annealing.best[1])
        _settle(desk)
        explanation = Explanation(desk)
        spots = {index: spot for index, spot in enumerate(desk.spots) if spot is not None}
        return Plan(
            placements=explanation.placements(),
            misses=explanation.misses(),
            conflicts=tuple(problem.conflicts(spots)),
            score=desk.score(),
            greedy=desks["greedy"].score(),
            evaluations=budget.used,
        )


def place_by(problem: Problem, rule: str) -> Desk:
    """The plan one of the `RULES` makes: the first by its key among those whose turn it can be."""
    keys = RULES[rule](problem)
    movable = problem.movable()
    waits = {index: sum(tie[0] in keys for tie in problem.before[index]) for index in movable}
    ready = [(keys[index], index) for index in movable if not waits[index]]
    heapify(ready)
    order: Order = []
    while ready:
        index = heappop(ready)[1]
        order.append(index)
        for other, _, _ in problem.behind[index]:
            if other in waits:
                waits[other] -= 1
                if not waits[other]:
                    heappush(ready, (keys[other], other))
    return Desk(problem, order)


def _by_slack(problem: Problem) -> dict[int, Key]:
    """Room between the earliest start and the latest that keeps the due dates; then weight."""
    earliest, latest = _window(problem)
    return {i: (latest[i] - earliest[i], -problem.tasks[i].weight) for i in problem.movable()}


def _by_latest_start(problem: Problem) -> dict[int, Key]:
    _, latest = _window(problem)
    return {i: (latest[i], -problem.tasks[i].weight) for i in problem.movable()}


def _by_due(problem: Problem) -> dict[int, Key]:
    tasks = problem.tasks
    return {i: (NEVER if (due := tasks[i].due) is None else due,) for i in problem.movable()}


#: Rules of serial placing. "greedy" is what a search is measured by.
RULES: dict[str, Callable[[Problem], dict[int, Key]]] = {
    "greedy": _by_slack,
    "latest_start": _by_latest_start,
    "earliest_due": _by_due,
}


def _window(problem: Problem) -> tuple[list[int], list[int]]:
    """Earliest and latest starts by the dependencies alone, everybody working round the clock."""
    minutes = [min((option.minutes for option in some), default=0) for some in problem.options]
    earliest = problem.release[:]
    for index in problem.topological:
        for other, at_start, lag in problem.before[index]:
            end = earliest[other] + (0 if at_start else minutes[other])
            earliest[index] = max(earliest[index], end + lag)
    latest = [
        (NEVER if task.due is None else task.due) - length
        for task, length in zip(problem.tasks, minutes, strict=True)
    ]
    for index in reversed(problem.topological):
        for other, at_start, lag in problem.behind[index]:
            room = latest[other] - lag - (0 if at_start else minutes[index])
            latest[index] = min(latest[index], room)
    return earliest, latest


def _settle(desk: Desk) -> None:
    """Move to sooner places what can be, by start, unless the plan gets worse by it."""
    problem = desk.problem
    score = desk.score()
    for _ in range(3):
        is_settled = True
        for index in sorted(problem.movable(), key=desk.start.__getitem__):
            was = desk.spots[index]
            desk.lift(index)
            spot = desk.best(index, problem.options[index], desk.ready(index), was)
            desk.put(index, spot)
            if spot != was:
                changed = desk.score()
                if changed <= score:
                    score, is_settled = changed, False
                else:
                    desk.lift(index)
                    desk.put(index, was)
        if is_settled:
            return
